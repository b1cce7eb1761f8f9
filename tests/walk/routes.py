"""Every address of the site, found in the URL configuration itself: a new page is walked without being listed."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def routes(resolver: URLResolver | None = None) -> Iterator[tuple[str, URLPattern, bool]]:
    """Every named route as ``namespace:name``, its pattern, and whether its address needs arguments."""
    for each in (resolver or get_resolver()).url_patterns:
        asks = bool(each.pattern.converters or each.pattern.regex.groups)
        if isinstance(each, URLResolver):
            for name, pattern, inner in routes(each):
                yield f"{each.namespace}:{name}" if each.namespace else name, pattern, asks or inner
        elif each.name:
            yield each.name, each, asks


def plain_routes() -> list[str]:
    """Names of the routes that need no argument."""
    return sorted({name for name, _, asks in routes() if not asks})
