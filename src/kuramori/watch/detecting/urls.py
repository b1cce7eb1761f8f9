"""The pages of detection's set-up, below those of the room."""

from django.urls import URLPattern, path

from kuramori.watch.detecting import map_views, rule_views, setup_views
from kuramori.watch.detecting.gaps import gaps

urlpatterns: list[URLPattern] = [
    path("hard-rules/", rule_views.hard_rules, name="hard-rules"),
    path("coverage/", map_views.coverage, name="coverage"),
    path("sources/<uuid:pk>/set-up/", setup_views.set_up, name="source-set-up"),
    *gaps.urls(),
]
