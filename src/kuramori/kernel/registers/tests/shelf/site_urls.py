from django.urls import include, path

from kuramori.site.urls import urlpatterns as site

urlpatterns = [*site, path("shelf/", include("kuramori.kernel.registers.tests.shelf.urls"))]
