"""The pages of reviews, below those of the room."""

from functools import partial

from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from kuramori.kernel.pages import page
from kuramori.kernel.registers.record_views import history_page
from kuramori.watch.reviews.register import reviews
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.views import reviews as views

history = page(Permission.REVIEW_AUDIT)(require_safe(partial(history_page, reviews)))

urlpatterns: list[URLPattern] = [
    path("reviews/<uuid:pk>/history/", history, name="review-history"),
    path("reviews/units/", views.units, name="review-units"),
    path("reviews/<uuid:pk>/", views.detail, name="review-detail"),
    path("reviews/<uuid:pk>/lines/<uuid:item>/", views.judge, name="review-judge"),
    path("reviews/<uuid:pk>/sheets/<int:ordinal>/rest/", views.judge_rest, name="review-judge-rest"),
    path("reviews/<uuid:pk>/sheets/<int:ordinal>/sign/", views.sign, name="review-sign"),
    path("reviews/<uuid:pk>/committee/", views.call, name="review-call"),
    *reviews.urls(),
]
