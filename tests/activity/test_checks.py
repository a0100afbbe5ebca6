from __future__ import annotations

import pytest
from django.core.checks import Error, Warning, registry

from django_activity.checks import check_action_model, check_settings, known_settings


def test_checks_are_registered():
    assert {check_settings, check_action_model} <= set(registry.registry.get_checks())


def test_good_project():
    assert check_settings() == []
    assert check_action_model() == []


def test_unknown_setting(settings):
    settings.ACTIVITY_DEDUPE_WINDOW = 5

    assert check_settings() == [
        Warning(
            "ACTIVITY_DEDUPE_WINDOW is not a setting of django_activity.",
            hint=f"Known settings: {', '.join(sorted(known_settings()))}.",
            id="django_activity.W001",
        )
    ]


@pytest.mark.parametrize("window", [-1, "60", None, True])
def test_window_that_is_no_time(settings, window):
    settings.ACTIVITY_DEDUP_WINDOW = window

    assert check_settings() == [
        Error(
            f"ACTIVITY_DEDUP_WINDOW is {window!r}.",
            hint="Give a number of seconds, or 0 to log every action.",
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
