"""Two hundred titles, each with the palette that its picture is painted in."""

from __future__ import annotations

_SHEETS = {
    "ridges": """
        fog Fog lifting over the third ridge
        dawn The north face, before breakfast
        golden Where the map runs out
        winter Blue hours above the treeline
        ember Last bus down from the pass
        plum Thunder, but far away
        mint A week of good weather
        indigo Counting ridges until dark
        clay Dust from the quarry road
        storm What the ranger said about clouds
    """,
    "firs": """
        fog Nobody on the forest path
        dusk Walk home through the pines
        winter Tracks, but whose?
        night The wood behind the school
    """,
    "birches": """
        autumn Birch weather
        spring Everything at once, in April
        mint A clearing that smells of rain
        golden Low sun between the trunks
        coral Pink morning at the tree nursery
    """,
    "desert": """
        golden Four o'clock, no shade
        ember Red evening near the salt flats
        night Coyotes somewhere to the left
        clay The old road to the mine
        coral Cactus in good company
        dusk The heat lets go
        citrus Lunch at forty degrees
        plum After the dust storm
        dawn Before the tour buses
    """,
    "fields": """
        spring Rape in flower, wind from the west
        autumn Harvest nearly in
        noon Sunday on the farm road
        golden My grandmother's hills
        mint First cut of hay
        dawn Up early with the tractors
        citrus Bright side of the valley
        clay Terracotta country
        graphite Ploughed twice, waiting for rain
    """,
    "village": """
        winter Snow since Tuesday
        night Everyone home by six
        dusk Lights on in the lower village
        indigo The quiet week after New Year
        fog White on white, with chimneys
        dawn Bakery smoke
        aurora Minus twenty and not a sound
        coral Sledge weather
        storm More snow by evening
    """,
    "lake": """
        dawn Not a breath of wind
        winter The lake a week before it froze
        autumn October, twice
        night Moon bathing
        mint Cold swim, warm towel
        ember Sunset at the boathouse
        noon Two mountains for the price of one
        fog Somebody is rowing out there
        indigo Quiet water, late bus
    """,
    "sea": """
        golden Home before the tide
        dusk The last ferry but one
        lagoon Anchored off the south bay
        dawn Nets out, engines off
        night Fishing by moonlight
        coral Calm, with a chance of dolphins
        storm Squall coming in
        noon Flat sea, full sails
        ember The whole sky on fire and nobody looking up
    """,
    "lighthouse": """
        night Every twelve seconds
        noon Keeper's day off
        dusk Lamp lit early
        storm Gale warning, all coasts
        spring Picnic at the point
        fog Heard before seen
        coral Candy stripes
        aurora The light at the edge of the map
        winter Supplies come on Thursdays
    """,
    "regatta": """
        noon Round the second buoy
        lagoon Wednesday night racing
        mint Light airs
        golden Everybody wants the inside line
        coral The pink fleet
        indigo A protest will be lodged
        winter Frostbite series, race four
        citrus Spinnakers and sandwiches
        spring Opening day at the yacht club
    """,
    "reef": """
        lagoon School's out
        noon Eleven metres down
        indigo Where the light stops
        night Night dive with a borrowed torch
        mint Slow afternoon on the reef
        plum Anemone season
        aurora Glow in the deep end
        ember Red sea, obviously
        storm Visibility: fair
    """,
    "skyline": """
        night Night shift, harbour side
        dusk Everyone's kitchen light
        indigo From the roof of the car park
        ember Rush hour in red
        dawn Five a.m., bakers and taxis
        storm Waiting out the rain on the 31st floor
        plum City in a good mood
        aurora Power cut on the east side
        golden Window seat, approach from the west
        fog The towers, more or less
    """,
    "canal": """
        noon Number eleven is for sale
        autumn Crooked houses, straight faces
        dusk Supper time on the Prinsenkade
        coral Fresh paint on the corner house
        mint Ground floor, water view
        winter Skates in the hallway
        citrus Market day, all windows open
        night Somebody is practising the cello
        clay Brick by brick
    """,
    "wires": """
        dusk The nine o'clock meeting
        golden Starlings, undecided
        coral Party line
        fog Long distance call
        plum Music for wires and birds
        dawn Early birds, naturally
        ember Gossip at sundown
        mint Ready for Africa
        indigo One of them knows the way
    """,
    "starlight": """
        night Tent pitched just in time
        aurora Green on the northern edge
        indigo Milky Way with pines
        dusk First stars, last tea
        plum The Perseids, mostly
        storm A gap in the clouds
        ember Campfire hours
        night Somewhere up there, a satellite
        aurora Too cold to sleep anyway
    """,
    "balloons": """
        dawn Lift-off at six
        spring Festival morning
        golden Over the valley without a sound
        noon Wind from the right direction
        coral Sweets in the sky
        mint Champagne on landing
        dusk Last flight of the season
        citrus The striped one is ours
        plum Lighter than air
    """,
    "flowers": """
        spring From the market, three for five
        coral Flowers for no reason
        clay Still life with a chipped vase
        citrus Grandma's favourite jug
        dusk Late bouquet
        mint Bunch for the neighbour
        autumn End-of-season stems
        plum Poppies and something purple
        graphite A bit of colour for the office
    """,
    "fruit": """
        golden Almost ripe
        citrus Vitamin C
        clay Bowl from the pottery class
        mint Breakfast, if you're late
        autumn Windfall
        coral The good bowl
        noon Kitchen table, Saturday
        plum After the Dutch masters
        lagoon Fruit before the guests arrived
    """,
    "windowsill": """
        noon Waiting for the postman
        night Up past her bedtime
        spring Bird television
        autumn Guarding the geraniums
        dusk He knows when it's five
        winter Radiator below, view above
        coral Plant sitter
        fog Nothing moves, but you never know
        indigo Moonlight, milk, mischief
    """,
    "bauhaus": """
        citrus Composition with a yellow problem
        graphite Weimar, 1923, from memory
        coral Poster for a concert I missed
        noon Exercise in three primaries
        clay Circle persuades square
        lagoon Study for a tram station
        dusk Point and line to evening
        autumn Chair, seen from above
        plum Teapot, disassembled
    """,
    "quilt": """
        coral Aunt Odile's guest bed
        autumn Pinned, not yet sewn
        winter Forty evenings of winter
        lagoon From the shirts he left behind
        spring Baby blanket, first try
        plum County fair, second prize
        graphite Scraps from the suit factory
        citrus Lemonade stand
        indigo Indigo and patience
    """,
    "cutouts": """
        lagoon After Matisse, with nail scissors
        citrus Jazz, page eleven
        coral Wallpaper for a small hotel
        spring Leaves I couldn't name
        ember Garden at night, in paper
        mint Scissors, glue, Sunday
        noon Blue weed
        clay Pressed ferns
        plum Rehearsal for a mural
    """,
    "waves": """
        indigo Seigaiha, hand printed
        lagoon A calm sea and a fair voyage
        graphite Ink waves
        coral Yukata pattern
        winter North coast, in theory
        noon The sea, simplified
        dusk Tide table
        ember Sun sinks into cotton
        mint Bath house curtain
    """,
}


def _entries() -> dict[str, tuple[tuple[str, str], ...]]:
    entries = {}
    for scene, sheet in _SHEETS.items():
        rows = (row.split(maxsplit=1) for row in sheet.strip().splitlines())
        entries[scene] = tuple((palette, title) for palette, title in rows)
    return entries


# Scene name -> (palette name, title), in the order in which they are shown.
TITLES = _entries()
