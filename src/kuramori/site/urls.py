"""Every address of the site: each room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from kuramori.site import health, home, inbox, search, theme

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("search/", search.search, name="search"),
    path("health/", health.health, name="health"),
    path("alive/", health.alive, name="alive"),
    path("favicon.ico", health.favicon, name="favicon"),
    path("", include("kuramori.kernel.urls")),
    path("directory/", include("kuramori.directory.urls")),
    path("requests/", include("kuramori.approvals.urls")),
    path("duties/", include("kuramori.duties.urls")),
    path("evidence/", include("kuramori.evidence.urls")),
    path("governance/", include("kuramori.governance.urls")),
    path("register/", include("kuramori.register.urls")),
    path("watch/", include("kuramori.watch.urls")),
    path("", include("kuramori.directory.signin_urls")),
    path("theme/", theme.choose, name="theme"),
    path("i18n/", include("django.conf.urls.i18n")),
]
