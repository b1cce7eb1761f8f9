"""The pages of privacy, below those of the room."""

from django.urls import URLPattern, path

from kuramori.watch.privacy import exclusion_views, views
from kuramori.watch.privacy.exclusions import exclusions
from kuramori.watch.privacy.reports import reports

urlpatterns: list[URLPattern] = [
    path("mine/", views.mine, name="mine"),
    path("looks/", views.looks, name="looks"),
    path("looks/file/", views.looks_file, name="looks-file"),
    path("council-reports/<uuid:pk>/file/", views.hand_out, name="report-hand-out"),
    path("exclusions/<uuid:pk>/decide/", exclusion_views.decide, name="exclusion-decide"),
    *exclusions.urls(),
    *reports.urls(),
]
