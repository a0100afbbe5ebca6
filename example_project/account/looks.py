"""What a member looks like: a few words for the members of the demo, chance for everybody else."""

from __future__ import annotations

import random
from dataclasses import dataclass

SKINS = ("porcelain", "fair", "olive", "tan", "brown", "deep")
HAIRS = ("black", "brown", "chestnut", "auburn", "blond", "grey", "white", "pink", "teal")
STYLES = (
    *("crop", "buzz", "bald", "side", "quiff", "curls", "afro"),
    *("bob", "long", "wavy", "bun", "ponytail", "braids", "fringe"),
)
FACIAL = ("shaven", "beard", "stubble", "moustache")
HEADWEAR = ("bareheaded", "hat", "cap", "beanie", "headscarf", "turban", "headband")
EXTRAS = ("glasses", "rounds", "earrings", "freckles")

# In any order: one word for each of skin, hair, style; then what else there is to see.
LOOKS = {
    "ann": "fair auburn bob glasses freckles",
    "mateo": "olive black quiff stubble",
    "priya": "brown black long earrings",
    "kwame": "deep black crop beard glasses",
    "yuki": "fair black fringe",
    "fatima": "olive black bun headscarf",
    "lars": "fair blond side beard beanie",
    "chidi": "deep black buzz headband",
    "sofia": "olive brown bun earrings",
    "minh": "tan black side rounds",
    "leila": "olive chestnut curls earrings",
    "tomasz": "fair brown crop moustache cap",
    "aroha": "brown black wavy hat",
    "hassan": "brown black side beard",
    "ines": "olive brown ponytail freckles",
    "dmitri": "porcelain grey bald beard glasses",
    "amara": "deep black afro earrings",
    "jonas": "fair blond quiff stubble",
    "mei": "fair black bun rounds",
    "gurpreet": "brown black crop beard turban",
    "noor": "tan black long headscarf rounds",
    "oscar": "tan black curls shaven glasses",
    "hana": "porcelain pink bob",
    "tevita": "brown black buzz stubble",
    "zeynep": "olive chestnut wavy",
    "samuel": "deep black crop moustache",
    "isla": "porcelain auburn braids freckles beanie",
    "rafael": "brown brown curls cap",
    "nadia": "fair blond braids headband",
    "kofi": "deep black buzz shaven rounds",
    "anika": "fair blond fringe earrings",
    "jin": "fair teal side",
    "paloma": "tan black braids hat",
    "george": "olive white bald moustache",
    "thandi": "deep black bun headband earrings",
    "elias": "fair brown bald beard rounds",
    "ayesha": "brown black long headscarf",
    "piet": "porcelain grey side glasses",
    "lucia": "tan brown long earrings",
    "omar": "brown black crop beard",
    "freya": "porcelain blond braids",
    "vikram": "brown grey side moustache glasses",
    "celeste": "deep black curls headband",
    "andrei": "fair chestnut quiff beard beanie",
    "naomi": "olive black curls glasses",
    "bilal": "tan black crop stubble cap",
    "sinead": "porcelain auburn wavy freckles",
    "kenji": "fair white crop rounds",
    "adaeze": "deep brown braids earrings",
    "marco": "olive brown curls moustache",
    "linh": "fair black ponytail",
    "tariq": "brown black quiff beard glasses",
    "ingrid": "porcelain white bob rounds",
    "malik": "deep black afro shaven",
    "rosa": "tan grey bun hat earrings",
    "wiremu": "brown black bun beard",
    "chloe": "fair chestnut fringe freckles",
    "arjun": "tan black crop beanie",
    "mirela": "fair brown ponytail glasses",
    "joao": "olive grey quiff stubble hat",
}


@dataclass(frozen=True)
class Look:
    skin: str
    hair: str
    style: str
    facial: str
    headwear: str
    extras: frozenset[str]


def look_of(username: str) -> Look:
    """Return the look of this member, always the same."""
    rng = random.Random(f"Look of {username}")
    words = LOOKS.get(username)
    if words is not None:
        return _described(words.split())
    headwear = rng.choices(HEADWEAR, (14, 1, 2, 2, 1, 1, 1))[0]
    # A headscarf and a full beard are not drawn together.
    facial = "shaven" if headwear == "headscarf" else rng.choices(FACIAL, (6, 2, 1, 1))[0]
    return Look(
        rng.choice(SKINS),
        rng.choices(HAIRS, (6, 5, 4, 2, 3, 2, 1, 1, 1))[0],
        rng.choice(STYLES),
        facial,
        headwear,
        frozenset(extra for extra in EXTRAS if rng.random() < 0.2),
    )


def _described(words: list[str]) -> Look:
    def pick(choices: tuple[str, ...]) -> str:
        return next((word for word in words if word in choices), choices[0])

    extras = frozenset(word for word in words if word in EXTRAS)
    return Look(pick(SKINS), pick(HAIRS), pick(STYLES), pick(FACIAL), pick(HEADWEAR), extras)
