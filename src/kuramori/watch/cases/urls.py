"""The pages of cases."""

from django.urls import path

from kuramori.watch.cases import experts, timeline_views, views
from kuramori.watch.cases.register import cases
from kuramori.watch.cases.verdicts import verdicts

urlpatterns = [
    path("alerts/<uuid:pk>/decide/", views.decide, name="verdict-add"),
    path("cases/<uuid:pk>/", views.detail, name="case-detail"),
    path("cases/<uuid:pk>/expert/", experts.add, name="expert-add"),
    path("cases/<uuid:pk>/preserve/", views.preserve, name="case-preserve"),
    path("cases/<uuid:pk>/step/", views.step, name="case-step"),
    path("experts/<uuid:pk>/end/", experts.end, name="expert-end"),
    path("timelines/open/", timeline_views.ask, name="timeline-open"),
    path("timelines/<uuid:pk>/", timeline_views.timeline, name="timeline"),
    *cases.urls(),
    *verdicts.urls(),
]
