"""The pages of detection's set-up, below those of the room."""

from django.urls import URLPattern, path

from kuramori.watch.detecting import map_views, rule_views, setup_views, sigma_paste, sigma_views
from kuramori.watch.detecting.gaps import gaps
from kuramori.watch.detecting.sigma_registers import sigma_rules, sigma_sets

urlpatterns: list[URLPattern] = [
    path("hard-rules/", rule_views.hard_rules, name="hard-rules"),
    path("coverage/", map_views.coverage, name="coverage"),
    path("sources/<uuid:pk>/set-up/", setup_views.set_up, name="source-set-up"),
    path("sigma-rules/add/", sigma_views.take_in, name="sigma-add"),
    path("sigma-rules/try-events/", sigma_paste.paste, name="sigma-paste"),
    path("sigma-rules/<uuid:pk>/test/", sigma_views.test, name="sigma-test"),
    path("sigma-rules/<uuid:pk>/switch/", sigma_views.switch, name="sigma-switch"),
    *gaps.urls(),
    *sigma_rules.urls(),
    *sigma_sets.urls(),
]
