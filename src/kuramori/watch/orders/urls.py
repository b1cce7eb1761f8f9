"""The pages of monitoring orders."""

from django.urls import path

from kuramori.watch.orders import looking, views
from kuramori.watch.orders.register import orders

urlpatterns = [
    path("orders/ask/", views.ask, name="order-ask"),
    path("orders/<uuid:pk>/", views.detail, name="order-detail"),
    path("orders/<uuid:pk>/decide/", views.decide, name="order-decide"),
    path("orders/<uuid:pk>/look/", looking.look, name="order-look"),
    path("orders/<uuid:pk>/settle/", looking.settle, name="order-settle"),
    path("orders/<uuid:pk>/withdraw/", views.withdraw, name="order-withdraw"),
    path("timelines/<uuid:pk>/mark/", looking.mark, name="order-mark"),
    *orders.urls(),
]
