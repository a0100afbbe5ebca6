from __future__ import annotations

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "images"
    verbose_name = "Pictures"

    def ready(self) -> None:
        import wiring

        from . import receivers

        receivers.connect()
        wiring.connect()
