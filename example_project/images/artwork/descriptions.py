"""What members write under a picture: a sentence about the scene, sometimes one more."""

from __future__ import annotations

OPENINGS = {
    "ridges": (
        "Mountains one behind the other, each paler than the last.",
        "Seen from the hut, looking back the way we came.",
        "The further away, the less there is to say about it.",
    ),
    "firs": (
        "Trees in layers, with the light coming from somewhere behind.",
        "Stand still long enough and the wood forgets you are there.",
        "Resin, needles and no signal.",
    ),
    "birches": (
        "A bit of woodland that looks different every week.",
        "White trunks, and leaves that will not stay where they are.",
        "The path goes left, the light goes right.",
    ),
    "desert": (
        "Dunes, a big sun and a cactus that has seen it all.",
        "Sand in soft folds and not a soul for miles.",
        "Too warm for plans.",
    ),
    "fields": (
        "Fields in stripes, a farmhouse, a few trees that got to stay.",
        "Rolling country, drawn from the train.",
        "Every farmer here has an opinion about this colour.",
    ),
    "village": (
        "Small houses under a lot of snow.",
        "A village that goes quiet when the road closes.",
        "Firs, roofs, smoke: winter in three shapes.",
    ),
    "lake": (
        "A lake so still that it counts as a second sky.",
        "Mountains upside down, trees upside down, everything in order.",
        "Best before nine, when the first boat spoils it.",
    ),
    "sea": (
        "Boats on an easy sea.",
        "Water, weather and somebody who knows how to sail.",
        "The path of light is wider than you remember.",
    ),
    "lighthouse": (
        "A lighthouse that still does its job.",
        "On the rocks at the end of the road.",
        "Paint, salt, wind, repeat.",
    ),
    "regatta": (
        "Sails all over the bay.",
        "A race in which only the front three know what is going on.",
        "Good wind, bad manners.",
    ),
    "reef": (
        "Fish going about their business.",
        "Under the surface, where it is never quite quiet.",
        "Weed, coral and a crowd in stripes.",
    ),
    "skyline": (
        "Towers and the windows of people still awake.",
        "The city from the other side of the river.",
        "Somebody is always up.",
    ),
    "canal": (
        "Gables in a row, none of them quite straight.",
        "Tall houses with their feet near the water.",
        "Every front door a different colour.",
    ),
    "wires": (
        "Birds on the wires, reading the evening.",
        "An ordinary street if you forget to look up.",
        "They leave all at once or not at all.",
    ),
    "starlight": (
        "More stars than anybody needs.",
        "Far enough from town to see the whole of it.",
        "Hills, pines and a sky that takes over.",
    ),
    "balloons": (
        "Balloons drifting over the hills.",
        "You hear the burner first and then nothing at all.",
        "Stripes in the sky.",
    ),
    "flowers": (
        "A vase, some flowers, a table.",
        "They lasted nine days.",
        "Arranged by somebody with no patience, which helped.",
    ),
    "fruit": (
        "A bowl of fruit that nobody dared to disturb.",
        "Still life with breakfast.",
        "Apples, pears, whatever there was.",
    ),
    "windowsill": (
        "A cat, a window, a view.",
        "Plants on the sill and one observer.",
        "The best seat in the house is taken.",
    ),
    "bauhaus": (
        "Circles, bars and a few firm decisions.",
        "Plain shapes getting along.",
        "Form follows lunch.",
    ),
    "quilt": (
        "Patchwork, one block at a time.",
        "Cotton, thread and arithmetic.",
        "Made to be used, not looked at.",
    ),
    "cutouts": (
        "Coloured paper and a pair of scissors.",
        "Leaves and weeds, cut freehand.",
        "Panels of paper shapes, no drawing beforehand.",
    ),
    "waves": (
        "Fans over fans over fans.",
        "A pattern from printed cotton.",
        "The sea as a repeat.",
    ),
}

CLOSINGS = (
    "Saved for the colours.",
    "I keep coming back to this one.",
    "Would hang it in the kitchen.",
    "Sent to me by my sister.",
    "The second one in the series is even better.",
    "Found while looking for something else.",
    "Good at any size.",
    "My desktop for most of last year.",
    "Look at the left edge.",
    "A print of this is on my wish list.",
    "For the mood board.",
    "It makes the room quieter.",
)
