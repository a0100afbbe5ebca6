from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, ngettext_lazy, override

from django_activity import verbs
from django_activity.verbs import Verb, fill, fill_html


class TestRegistry:
    def test_registered_by_name(self, verb):
        before = verbs.registered()
        two, one = verb("reads", icon="📖"), verb("likes")

        assert [v for v in verbs.registered() if v not in before] == [one, two]
        assert verbs.get("reads") is two

    def test_unknown_is_plain(self):
        assert verbs.get("sings loudly") == Verb("sings loudly")
        assert (Verb("sings loudly").slug, Verb("sings").window) == ("sings-loudly", None)

    def test_again_is_fine_but_not_differently(self, verb):
        verb("likes", window=5)
        verbs.register(Verb("likes", window=5))

        with pytest.raises(ImproperlyConfigured, match="'likes' is registered already"):
            verbs.register(Verb("likes", window=6))
        assert verbs.get("likes").window == 5

    def test_forgotten(self, verb):
        verb("likes", window=5)

        verbs.unregister("likes"), verbs.unregister("likes")

        assert verbs.get("likes") == Verb("likes")

    @pytest.mark.parametrize(
        ("declared", "message"),
        [
            (Verb(""), "1 to 64 characters: ''"),
            (Verb("x" * 65), "1 to 64 characters"),
            (Verb("likes", group_by="object"), "'likes' is grouped by 'object'; give one of"),
        ],
    )
    def test_refused(self, declared, message):
        with pytest.raises(ImproperlyConfigured, match=message):
            verbs.register(declared)

        assert declared not in verbs.registered()


class TestSentences:
    VALUES = {"actor": "Ann & Bo", "target": mark_safe("<b>X</b>"), "count": 1, "note": "<i>"}

    def test_plain(self):
        text = "%(actor)s likes %(target)s: %(note)s%(missing)s, 100%%"

        assert fill(text, self.VALUES) == "Ann & Bo likes <b>X</b>: <i>, 100%"

    def test_html(self):
        text = "%(actor)s <likes> %(target)s: %(note)s%(missing)s, 100%%"

        html = fill_html(text, self.VALUES)

        assert html == "Ann &amp; Bo &lt;likes&gt; <b>X</b>: &lt;i&gt;, 100%"
        assert isinstance(html, SafeString)

    def test_values_are_no_format(self):
        values = {"actor": "%(target)s %s", "target": "\x00actor\x00"}

        assert fill("%(actor)s", values) == "%(target)s %s"
        assert "actor" in fill_html("%(target)s", {"target": "actor"})

    def test_translated_when_it_is_told(self):
        text = gettext_lazy("Yes")

        with override("de"):
            assert (fill(text, {}), fill_html(text, {})) == ("Ja", "Ja")
        assert fill(text, {}) == "Yes"

    @pytest.mark.parametrize(("count", "expected"), [(1, "one & X"), (3, "3 & X")])
    def test_plural(self, count, expected):
        text = ngettext_lazy("one & %(target)s", "%(count)d & %(target)s", "count")
        values = {"count": count, "target": mark_safe("X")}

        assert fill(text, values) == expected
        assert fill_html(text, values) == expected.replace("&", "&amp;")
