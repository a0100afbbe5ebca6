from __future__ import annotations

import pytest
from django.core.checks import Error, Warning, registry
from django.db import models
from django.test.utils import isolate_apps
from django.utils.translation import gettext_lazy, ngettext_lazy
from testapp.models import Picture, Topic

from django_activity import checks, indexes, tracking
from django_activity.checks import (
    check_action_model,
    check_settings,
    check_tracking,
    check_verbs,
    known_settings,
)
from django_activity.models import AbstractAction

FUNCTION_HINT = "Give a callable or the dotted path of one."
TRACK_HINT = "Give a dict from 'app_label.ModelName' to a dict of the options of track()."
POLICY_HINT = 'Give "keep", "hide" or "cascade", or a dict from models to these.'
INDEX_HINT = (
    "Let its Meta inherit from AbstractAction.Meta, or add "
    "django_activity.models.stream_indexes() to Meta.indexes, and migrate."
)
TEXT_HINT = "Write each place as %(actor)s, and a percent sign as %%."


def test_checks_are_registered():
    ours = {check_settings, check_action_model, check_tracking, check_verbs}

    assert ours <= set(registry.registry.get_checks())


def test_good_project():
    for check in (check_settings, check_action_model, check_tracking, check_verbs):
        assert check() == []


def test_unknown_setting(settings):
    settings.ACTIVITY_DEDUPE_WINDOW = 5

    assert check_settings() == [
        Warning(
            "ACTIVITY_DEDUPE_WINDOW is not a setting of django_activity.",
            hint=f"Known settings: {', '.join(sorted(known_settings()))}.",
            id="django_activity.W001",
        )
    ]


@pytest.mark.parametrize("window", [-1, "60", None, True, float("nan"), float("inf")])
def test_window_that_is_no_time(settings, window):
    settings.ACTIVITY_DEDUP_WINDOW = window

    assert check_settings() == [
        Error(
            f"ACTIVITY_DEDUP_WINDOW is {window!r}.",
            hint="Give a number of seconds up to ten years, or 0 to log every action.",
            id="django_activity.E001",
        )
    ]


def test_paths_that_lead_nowhere(settings):
    settings.ACTIVITY_FOLLOWEES = "testapp.followees.nobody"
    settings.ACTIVITY_PREFETCH = {"testapp.Topic": 5}

    hint = "Give a callable or the dotted path of one."
    assert check_settings() == [
        Error(
            'ACTIVITY_FOLLOWEES: Module "testapp.followees" does not define a "nobody" '
            "attribute/class",
            hint=hint,
            id="django_activity.E002",
        ),
        Error(
            "ACTIVITY_PREFETCH['testapp.Topic']: 5 cannot be called.",
            hint=hint,
            id="django_activity.E002",
        ),
    ]


@pytest.mark.parametrize("prefetch", [["testapp.Topic"], None, "testapp.Topic"])
def test_prefetch_that_is_no_dict(settings, prefetch):
    settings.ACTIVITY_PREFETCH = prefetch

    assert [(message.id, message.msg) for message in check_settings()] == [
        ("django_activity.E004", f"ACTIVITY_PREFETCH is {prefetch!r}, which is not a dict.")
    ]


@pytest.mark.parametrize("key", ["testapp.Nothing", "nowhere.Topic", "Topic", "a.b.c", 5, None])
def test_prefetch_of_no_model(settings, key):
    settings.ACTIVITY_PREFETCH = {key: list, "testapp.topic": list}

    assert [(message.id, message.msg) for message in check_settings()] == [
        (
            "django_activity.E004",
            f"ACTIVITY_PREFETCH has the key {key!r}, which is not a model of an installed app.",
        )
    ]


@pytest.mark.parametrize("names", ["profile", None, 5, [5]])
def test_relations_that_are_no_list(settings, names):
    settings.ACTIVITY_ACTOR_SELECT_RELATED = names

    assert check_settings() == [
        Error(
            f"ACTIVITY_ACTOR_SELECT_RELATED is {names!r}, which is not a list of names.",
            hint="Give the names of relations of the actor, such as ('profile',).",
            id="django_activity.E005",
        )
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "testapp.Nothing",
            "ACTIVITY_ACTION_MODEL is 'testapp.Nothing', which is not a model of an installed "
            "app; write it as 'app_label.ModelName'.",
        ),
        ("testapp.Topic", "ACTIVITY_ACTION_MODEL is 'testapp.Topic', which is not an action."),
    ],
)
def test_model_that_is_no_action(settings, name, text):
    settings.ACTIVITY_ACTION_MODEL = name

    assert check_action_model() == [
        Error(
            text,
            hint="Name a subclass of django_activity.models.AbstractAction as "
            "'app_label.ModelName'.",
            id="django_activity.E003",
        )
    ]


@pytest.mark.parametrize(
    "name", ["ENRICH", "EXCLUDED", "FOLLOWED_TARGETS", "FOLLOWEES", "QUERYSET", "VISIBLE"]
)
def test_functions(settings, name):
    setattr(settings, f"ACTIVITY_{name}", "testapp.models.Nothing")

    assert check_settings() == [
        Error(
            f'ACTIVITY_{name}: Module "testapp.models" does not define a "Nothing" attribute/class',
            hint=FUNCTION_HINT,
            id="django_activity.E002",
        )
    ]


@pytest.mark.parametrize("name", ["last_login", "groups", "nothing", "profile__topic", ""])
def test_relations_that_lead_to_nothing(settings, name):
    settings.ACTIVITY_ACTOR_SELECT_RELATED = ["profile", "profile__user", name]

    assert check_settings() == [
        Error(
            f"ACTIVITY_ACTOR_SELECT_RELATED has {name!r}, which is no relation to one object.",
            hint="Give the names of relations of the actor, such as ('profile',).",
            id="django_activity.E005",
        )
    ]


@pytest.mark.parametrize("name", ["ACTIVITY_STRICT_VERBS", "ACTIVITY_TRACKING"])
@pytest.mark.parametrize("value", ["False", 0, None])
def test_booleans(settings, name, value):
    setattr(settings, name, value)

    assert check_settings() == [
        Error(f"{name} is {value!r}.", hint="Give True or False.", id="django_activity.E006")
    ]


@pytest.mark.parametrize(
    ("policy", "texts"),
    [
        ("delete", ["ACTIVITY_ON_TARGET_DELETE is 'delete'."]),
        (None, ["ACTIVITY_ON_TARGET_DELETE is None."]),
        (
            {"testapp.Nothing": "hide", "testapp.Topic": "drop", "testapp.Country": "keep"},
            [
                "ACTIVITY_ON_TARGET_DELETE has the key 'testapp.Nothing', which is not a model "
                "of an installed app.",
                "ACTIVITY_ON_TARGET_DELETE['testapp.Topic'] is 'drop'.",
            ],
        ),
        ({"testapp.Topic": "cascade"}, []),
        ("hide", []),
    ],
)
def test_policies(settings, policy, texts):
    settings.ACTIVITY_ON_TARGET_DELETE = policy

    assert check_settings() == [
        Error(text, hint=POLICY_HINT, id="django_activity.E007") for text in texts
    ]


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ("testapp.Topic", " is 'testapp.Topic', which is not a list of models."),
        (None, " is None, which is not a list of models."),
        (["testapp.topic", "Topic"], " has 'Topic', which is not a model of an installed app."),
    ],
)
def test_exposed_targets(settings, labels, text):
    settings.ACTIVITY_EXPOSED_TARGETS = labels

    assert check_settings() == [
        Error(
            f"ACTIVITY_EXPOSED_TARGETS{text}",
            hint="Give a list of models, each as 'app_label.model_name'.",
            id="django_activity.E011",
        )
    ]


@pytest.mark.parametrize(
    ("types", "text"),
    [
        (["testapp.Topic"], " is ['testapp.Topic'], which is not a dict."),
        ({"Topic": "Image"}, " has the key 'Topic', which is not a model of an installed app."),
        ({"testapp.Topic": 5}, "['testapp.Topic'] is 5, which is not the name of a type."),
    ],
)
def test_types(settings, types, text):
    settings.ACTIVITY_AS2_TYPES = types

    assert check_settings() == [
        Error(
            f"ACTIVITY_AS2_TYPES{text}",
            hint="Give a dict from 'app_label.model_name' to the name of a type, such as 'Image'.",
            id="django_activity.E012",
        )
    ]


class TestTracking:
    @pytest.mark.parametrize(
        ("label", "options", "text"),
        [
            (
                "testapp.Nothing",
                {"created": "adds"},
                "Cannot track 'testapp.Nothing': it is not a model of an installed app.",
            ),
            (5, {}, "Cannot track 5: it is not a model of an installed app."),
            (
                "testapp.Picture",
                {"creatd": "adds"},
                "Cannot track testapp.Picture: its options are a dict with any of action_object, "
                "actor, created, data, deleted, m2m, public, target, updated, when, not "
                "{'creatd': 'adds'}.",
            ),
            (
                "testapp.Picture",
                {"m2m": {"title": "renames"}},
                "Cannot track testapp.Picture: 'title' is no many-to-many field of it.",
            ),
            (
                "testapp.Picture",
                {"m2m": "liked_by"},
                "Cannot track testapp.Picture: m2m is a dict, not 'liked_by'.",
            ),
            (
                "testapp.Picture",
                {"deleted": "x" * 65},
                "Cannot track testapp.Picture: The verb must be 1 to 64 characters, not "
                f"'{'x' * 65}'.",
            ),
            (
                "testapp.Picture",
                {"m2m": {"liked_by": ("likes", "dislikes", "hates")}},
                "Cannot track testapp.Picture: The verb must be 1 to 64 characters, not "
                "('likes', 'dislikes', 'hates').",
            ),
            (
                "testapp.Picture",
                {"created": "adds", "actor": 5},
                "Cannot track testapp.Picture: actor is the name of an attribute or a function, "
                "not 5.",
            ),
            (
                "testapp.Picture",
                {"created": "adds", "data": "title"},
                "Cannot track testapp.Picture: data is a function, not 'title'.",
            ),
        ],
    )
    def test_options(self, settings, caplog, label, options, text):
        """Each is said by the check, logged at the start, and stops no other."""
        settings.ACTIVITY_TRACK = {label: options, "testapp.Topic": {"created": "opened"}}

        tracking.connect()
        try:
            assert [each.model for each in tracking.tracked_models()] == [Topic]
        finally:
            tracking.untrack(Topic)

        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
            ("ERROR", text)
        ]
        assert check_tracking() == [
            Error(f"ACTIVITY_TRACK[{label!r}]: {text}", hint=TRACK_HINT, id="django_activity.E008")
        ]

    @pytest.mark.parametrize("value", [["testapp.Topic"], None])
    def test_no_dict(self, settings, value):
        settings.ACTIVITY_TRACK = value

        tracking.connect()

        assert tracking.tracked_models() == []
        assert check_tracking() == [
            Error(
                f"ACTIVITY_TRACK is {value!r}, which is not a dict.",
                hint=TRACK_HINT,
                id="django_activity.E008",
            )
        ]

    def test_cascade_of_no_model(self, settings, caplog):
        settings.ACTIVITY_ON_TARGET_DELETE = {"testapp.Nothing": "cascade"}

        tracking.connect()

        assert "'testapp.Nothing': it is not a model of an installed app" in caplog.text

    def test_twice(self, settings, track):
        track(Topic, created="opened")
        settings.ACTIVITY_TRACK = {"testapp.Topic": {"created": "made"}}

        assert [(message.id, message.msg) for message in check_tracking()] == [
            (
                "django_activity.E008",
                "ACTIVITY_TRACK['testapp.Topic']: testapp.Topic is tracked already, differently.",
            )
        ]

    def test_attributes(self, track):
        track(Picture, created="adds", actor="user", target="owner.profile", action_object="pk")

        assert check_tracking() == [
            Warning(
                "testapp.Picture is tracked by its 'user', which it does not have.",
                hint="Name a field or another attribute, or give a function of the instance.",
                obj=Picture,
                id="django_activity.W003",
            )
        ]

    def test_strict_verbs(self, settings, track, verb):
        verb("likes")
        track(Picture, m2m={"liked_by": ("likes", "dislikes")})
        assert check_tracking() == []

        settings.ACTIVITY_STRICT_VERBS = True

        assert check_tracking() == [
            Error(
                "testapp.Picture is tracked with the verb 'dislikes', which is not registered, "
                "and so each such change will fail.",
                hint="Register it with django_activity.verbs, or turn ACTIVITY_STRICT_VERBS off.",
                obj=Picture,
                id="django_activity.E013",
            )
        ]


class TestVerbs:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("%(actor)s is 100% sure", "not enough arguments"),
            ("%s likes", "a place has no name"),
            ("%(actor)s likes 100%", "incomplete format"),
            ("%(actor) likes", "number is required"),
            ("%(actor)d likes", "number is required"),
            ("%(actor)y likes", "unsupported format character"),
            ("%(actor", "incomplete format key"),
            (gettext_lazy("%s likes"), "a place has no name"),
            (ngettext_lazy("%(count)d thing", "%(count)d%", "count"), "incomplete format"),
            (ngettext_lazy("%(actor)s did %d", "%(actor)s did %d", "count"), "left over"),
        ],
    )
    @pytest.mark.parametrize("name", ["text", "group_text"])
    def test_misfits(self, verb, name, text, reason):
        verb("likes", **{name: text})

        [message] = check_verbs()

        assert message.msg.startswith(f"The {name} of the verb 'likes' cannot be filled: ")
        assert reason in message.msg
        assert (message.hint, message.id) == (TEXT_HINT, "django_activity.E009")

    def test_good_ones(self, verb):
        verb("likes", text=gettext_lazy("%(actor)s likes %(target)s by 100%%"))
        verb(
            "adds",
            text="%(actor)s adds %(pages)05d at %(rate).2f",
            group_text=ngettext_lazy("%(actor)s adds one", "%(actor)s adds %(count)d", "count"),
        )

        assert check_verbs() == []

    def test_window(self, verb):
        verb("likes", window="60")

        assert check_verbs() == [
            Error(
                "The window of the verb 'likes' is '60'.",
                hint="Give a number of seconds up to ten years, or 0 to log every action.",
                id="django_activity.E001",
            )
        ]


class TestModelOfAProject:
    def check(self, monkeypatch, model):
        monkeypatch.setattr(checks, "get_action_model", lambda: model)
        return check_action_model()

    @isolate_apps("testapp")
    def test_manager(self, monkeypatch):
        class Event(AbstractAction):
            objects = models.Manager()

            class Meta(AbstractAction.Meta):
                app_label = "testapp"

        assert self.check(monkeypatch, Event) == [
            Error(
                "The default manager of testapp.Event does not return an ActionQuerySet.",
                hint="Let its queryset be a subclass of "
                "django_activity.managers.ActionQuerySet, and the first manager of the class, or "
                "Meta.default_manager_name, come from it.",
                obj=Event,
                id="django_activity.E010",
            )
        ]

    @isolate_apps("testapp")
    def test_indexes(self, monkeypatch):
        class Event(AbstractAction):
            key = models.BigAutoField(primary_key=True)

            class Meta:
                app_label = "testapp"

        missing = [", ".join(names) for names in checks.stream_columns(Event)]
        assert self.check(monkeypatch, Event) == [
            Warning(
                f"testapp.Event has no index on ({columns}).",
                hint=INDEX_HINT,
                obj=Event,
                id="django_activity.W002",
            )
            for columns in missing
        ]
        assert missing[-1] == "created, key"

    @isolate_apps("testapp")
    def test_good_indexes(self, monkeypatch):
        class Event(AbstractAction):
            class Meta(AbstractAction.Meta):
                app_label = "testapp"

        class Wider(AbstractAction):
            class Meta:
                app_label = "testapp"
                indexes = [
                    *indexes.stream_indexes()[:-1],
                    models.Index(fields=["-created", "-id", "verb"]),
                ]

        assert self.check(monkeypatch, Event) == []
        assert self.check(monkeypatch, Wider) == []
