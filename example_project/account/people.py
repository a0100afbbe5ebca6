"""The members of the demo: sixty people who could have found each other here."""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    username: str
    first_name: str
    last_name: str
    bio: str


# The first is the one the demo signs in.
PEOPLE = (
    Person("ann", "Ann", "Keller", "Collects horizons. Librarian by day, and most evenings."),
    Person("mateo", "Mateo", "Fuentes", "Street photographer without a street. Coffee first."),
    Person("priya", "Priya", "Raghunathan", "Textile designer. I see repeats everywhere."),
    Person("kwame", "Kwame", "Boateng", "Architect in Accra; concrete, shade and good stairs."),
    Person("yuki", "Yuki", "Tanabe", "Small trains, large maps, long walks."),
    Person("fatima", "Fatima", "El Idrissi", "Zellige tiles and the people who cut them."),
    Person("lars", "Lars", "Ødegaard", "Lighthouse inspector. Yes, that is a job."),
    Person("chidi", "Chidi", "Okonkwo", "Sound engineer. Bookmarks pictures that seem quiet."),
    Person("sofia", "Sofía", "Marchetti", "Set painter at a very small opera."),
    Person("minh", "Minh", "Trần", "Cooks, draws, forgets which one was on the stove."),
    Person("leila", "Leila", "Haddad", "Poster collector. Beirut, then Marseille, then who knows."),
    Person("tomasz", "Tomasz", "Wójcik", "Carpenter. Likes joints nobody will ever see."),
    Person("aroha", "Aroha", "Ngata", "Ranger in the south. Knows that bird."),
    Person("hassan", "Hassan", "Sheikh", "Civil engineer, bridges mostly. Cricket on Sundays."),
    Person("ines", "Inês", "Carvalho", "Tile restorer. Blue is a whole department."),
    Person("dmitri", "Dmitri", "Volkov", "Teaches geometry to teenagers and survives."),
    Person("amara", "Amara", "Diallo", "Illustrator of children's books about serious animals."),
    Person("jonas", "Jonas", "Lindqvist", "Sails badly and often."),
    Person("mei", "Mei", "Zhao", "Botanist. Every leaf has a name and I am learning them."),
    Person("gurpreet", "Gurpreet", "Gill", "Long-distance driver with a good camera."),
    Person("noor", "Noor", "Rahimi", "Designs fonts for scripts that deserve better ones."),
    Person("oscar", "Oscar", "Villanueva", "Night nurse. Sunrise is my evening."),
    Person("hana", "Hana", "Kovářová", "Puppet maker; fourth generation, first to have a website."),
    Person("tevita", "Tevita", "Faleolo", "Rugby coach, watercolour beginner."),
    Person("zeynep", "Zeynep", "Kaya", "Ferry commuter. Two continents before breakfast."),
    Person("samuel", "Samuel", "Abebe", "Roasts coffee in Addis and argues about it everywhere."),
    Person("isla", "Isla", "Macrae", "Weather observer on an island with a lot of it."),
    Person("rafael", "Rafael", "Nascimento", "Skates, surfs, sits still for drawings only."),
    Person("nadia", "Nadia", "Petrenko", "Beekeeper on a roof. Hexagon enthusiast."),
    Person("kofi", "Kofi", "Mensah", "Prints kente patterns on things that aren't kente."),
    Person("anika", "Anika", "Sørensen", "Ceramics, glazes, the occasional success."),
    Person("jin", "Jin", "Park", "Interface designer; collects buttons that feel right."),
    Person("paloma", "Paloma", "Quispe", "Weaver from Cusco. Colour is arithmetic."),
    Person("george", "George", "Papadakis", "Retired sailor, active grandfather."),
    Person("thandi", "Thandi", "Nkosi", "Astronomer, mostly cloudy."),
    Person("elias", "Elias", "Brandt", "Builds synthesizers, bakes bread. Same patience."),
    Person("ayesha", "Ayesha", "Karim", "Paediatrician with a wall full of drawings."),
    Person("piet", "Piet", "van der Meer", "Canal houses, crooked ones preferred."),
    Person("lucia", "Lucía", "Herrera", "Plants on every windowsill, including the neighbours'."),
    Person("omar", "Omar", "Mansour", "Desert guide. I know a shortcut."),
    Person("freya", "Freya", "Jónsdóttir", "Knits in public. Ask me about the pattern."),
    Person("vikram", "Vikram", "Iyer", "Statistician. Looks at charts for fun too."),
    Person(
        "celeste", "Celeste", "Baptiste", "Florist in Port of Spain. Nothing matches, it all works."
    ),
    Person("andrei", "Andrei", "Munteanu", "Mountain huts, all of them, eventually."),
    Person("naomi", "Naomi", "Feldman", "Paper conservator. Please wash your hands."),
    Person("bilal", "Bilal", "Demir", "Bicycle mechanic. Blue sky over a clean chain."),
    Person("sinead", "Sinéad", "Byrne", "Writes radio plays about the sea."),
    Person("kenji", "Kenji", "Mori", "Woodblock printer. Eleven colours, one mistake."),
    Person("adaeze", "Adaeze", "Eze", "Lawyer who quilts. Evidence in every seam."),
    Person("marco", "Marco", "Rinaldi", "Balloon pilot. Goes where the wind has business."),
    Person("linh", "Linh", "Phạm", "Diver and fish counter. Today: 412."),
    Person("tariq", "Tariq", "Aziz", "City planner, pro bench, anti bollard."),
    Person("ingrid", "Ingrid", "Haugen", "Cat on the desk, cat on the sill, cat in every picture."),
    Person("malik", "Malik", "Johnson", "Trumpet player; record sleeves are my museum."),
    Person("rosa", "Rosa", "Ximénez", "Market gardener. Up before the rooster."),
    Person("wiremu", "Wiremu", "Parata", "Carver and teacher. Patterns carry stories."),
    Person("chloe", "Chloé", "Lefèvre", "Pastry and Bauhaus. Both need a good ruler."),
    Person("arjun", "Arjun", "Thapa", "Trekking guide. The ridge after the next ridge."),
    Person("mirela", "Mirela", "Hodžić", "Translator. The picture says it better."),
    Person("joao", "João", "Tavares", "Old harbour, new boat, same jokes."),
)
