from __future__ import annotations

from django.conf import settings as project_settings


class Settings:
    """The project's FOLLOW_* settings, read on every access so that overrides take effect."""

    @property
    def user_attributes(self) -> tuple[str, str] | None:
        """Names of the two many-to-many accessors put on the user model, or None for none.

        Read once, while models load: changing it needs a restart.
        """
        return getattr(project_settings, "FOLLOW_USER_ATTRIBUTES", ("following", "followers"))


settings = Settings()
