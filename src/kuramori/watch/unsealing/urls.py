"""The pages of unsealing by two."""

from django.urls import path

from kuramori.watch.unsealing import views
from kuramori.watch.unsealing.register import unsealings

urlpatterns = [
    path("alerts/<uuid:pk>/unseal/ask/", views.ask, name="unsealing-ask"),
    path("unsealings/<uuid:pk>/decide/", views.decide, name="unsealing-decide"),
    path("unsealings/<uuid:pk>/withdraw/", views.withdraw, name="unsealing-withdraw"),
    *unsealings.urls(),
]
