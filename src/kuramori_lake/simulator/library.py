r"""The documents on the file servers: areas of units and projects, their folders, and names of files.

A document is `(share, path)`; the path is what the server's own log shows: `/srv/samba/...` on the Japanese servers,
`D:\Freigaben\...` on the German one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from kuramori_lake.simulator.company import STAFFED, TESTING, Company, Project, Unit
from kuramori_lake.simulator.dice import dice, zipf
from kuramori_lake.simulator.filing import file_name, filing, project_topic
from kuramori_lake.simulator.founding import SECRET_PROJECT

Document = tuple[str, str]
SHARES_OF = {
    "fs01": ("kanri", "eigyo", "gijutsu"),
    "fs02": ("seizo",),
    "FSDE01": ("Verwaltung", "Entwicklung", "Vertrieb"),
}
SAMBA_ROOT, WINDOWS_ROOT = "/srv/samba", "D:\\Freigaben"
_OLDEST_YEAR = 2019


@dataclass(frozen=True, kw_only=True)
class Area:
    """A folder tree that belongs to a unit or a project; documents are in order of popularity.

    `main_folder` is where a project keeps what it makes.
    """

    key: str
    name: str
    host: str
    share: str
    root: str
    main_folder: str
    documents: tuple[Document, ...]
    popularity: list[float] = field(repr=False)

    def pick(self, rng: Random, count: int) -> list[Document]:
        """Documents drawn by popularity (Zipf), with repetition."""
        return rng.choices(self.documents, cum_weights=self.popularity, k=count)

    @property
    def unc(self) -> str:
        r"""The root as people write it in a register: \\fs01\gijutsu\..."""
        return self.unc_of(self.root)

    def unc_of(self, path: str) -> str:
        """A path of the server's own as people write it."""
        local = path.replace(SAMBA_ROOT, "").replace(WINDOWS_ROOT, "").replace("/", "\\")
        return f"\\\\{self.host}{local}"

    def below(self, folder: str) -> list[Document]:
        """The documents of one topic folder."""
        sep = "\\" if self.root.startswith(WINDOWS_ROOT) else "/"
        return [document for document in self.documents if document[1].startswith(f"{self.root}{sep}{folder}{sep}")]


@dataclass(frozen=True, kw_only=True)
class Library:
    """All areas by key: unit code or project code."""

    areas: dict[str, Area]

    @property
    def secret(self) -> Area:
        """The area of the project that the story is about."""
        return self.areas[SECRET_PROJECT]

    def documents_on(self, host: str) -> list[Document]:
        """Every document of one server, for backup and indexing."""
        return [document for area in self.areas.values() if area.host == host for document in area.documents]


def stock(
    *, seed: int, company: Company, density: float, planted: int, newest: int, stocks: Mapping[str, int] | None = None
) -> Library:
    """Every area with its documents. `density` 1.0 gives about 35,000 documents besides the planted ones.

    `planted` is the least number of documents of the story's project (and a seventh more) and of the retiree's unit.
    `stocks` says how many documents certain projects have.
    `newest` is the year of the latest documents: nobody reads what is not written yet.
    """
    areas = {
        unit.code: _unit_area(
            dice(seed, "area", unit.code), unit, density, planted if unit.code == TESTING else 0, newest
        )
        for unit in STAFFED
    }
    for project in company.projects:
        count = planted * 8 // 7 if project.code == SECRET_PROJECT else max(12, int(900 * density))
        count = (stocks or {}).get(project.code, count)
        areas[project.code] = _project_area(dice(seed, "area", project.code), project, count, newest)
    return Library(areas=areas)


def host_of(share: str) -> str:
    """The file server that offers a share."""
    return next(host for host, shares in SHARES_OF.items() if share in shares)


def _unit_area(rng: Random, unit: Unit, density: float, least: int, newest: int) -> Area:
    german = unit.site.country == "DE"
    folder = unit.name_en if german else unit.name
    root = f"{WINDOWS_ROOT}\\{unit.share}\\{folder}" if german else f"{SAMBA_ROOT}/{unit.share}/{folder}"
    documents: list[str] = []
    chosen = filing(unit.trade, unit.site.country)
    per_weight = max(55 * density, least / sum(topic[3] for topic in chosen))
    for topic, stem, endings, weight in chosen:
        folder = root + (f"\\{topic}" if german else f"/{topic}")
        count = max(4, int(weight * per_weight) + 1)
        documents += _shelf(rng, folder, stem, endings, count=count, since=_OLDEST_YEAR, newest=newest)
    rng.shuffle(documents)
    return _area(unit.code, unit.name, unit.share, documents, root=root, main=root)


def _project_area(rng: Random, project: Project, drawings: int, newest: int) -> Area:
    german = project.unit.site.country == "DE"
    share = project.unit.share
    label = (
        f"{project.code}_{project.name_en.split(',')[0]}" if german else f"{project.code}_{project.name.split('（')[0]}"
    )
    root = f"{WINDOWS_ROOT}\\{share}\\Projekte\\{label}" if german else f"{SAMBA_ROOT}/{share}/プロジェクト/{label}"
    topic, stem, endings = project_topic(project)
    since, newest = project.start.year, max(project.start.year, newest)
    separator = "\\" if german else "/"
    main = root + separator + topic
    documents = _shelf(rng, main, stem, endings, count=drawings, since=since, newest=newest)
    folder, kind = ("Besprechungen", "Protokoll") if german else ("会議", "議事録")
    count = max(4, drawings // 12)
    documents += _shelf(rng, root + separator + folder, kind, ("docx", "pptx"), count=count, since=since, newest=newest)
    rng.shuffle(documents)
    return _area(project.code, project.name, share, documents, root=root, main=main)


def _area(key: str, name: str, share: str, paths: list[str], *, root: str, main: str) -> Area:
    documents = tuple((share, path) for path in paths)
    return Area(
        key=key,
        name=name,
        host=host_of(share),
        share=share,
        root=root,
        main_folder=main,
        documents=documents,
        popularity=zipf(len(paths)),
    )


def _shelf(
    rng: Random, folder: str, stem: str, endings: tuple[str, ...], *, count: int, since: int, newest: int
) -> list[str]:
    """Paths below `folder`, one folder a year; recent years hold more."""
    separator = "\\" if folder.startswith(WINDOWS_ROOT) else "/"
    paths = []
    for number in range(count):
        year = since + int((newest + 0.99 - since) * rng.random() ** 0.5)
        paths.append(separator.join((folder, str(year), file_name(rng, stem, number, endings, year))))
    return paths
