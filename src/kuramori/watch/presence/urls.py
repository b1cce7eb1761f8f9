"""The pages of zones and permits, below those of the room."""

from django.urls import URLPattern

from kuramori.watch.presence.registers import permits, zones

urlpatterns: list[URLPattern] = [*zones.urls(), *permits.urls()]
