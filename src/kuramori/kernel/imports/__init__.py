"""The import kit: any xlsx, CSV or TSV becomes one act, or a list of cells that say what is wrong with them.

How a room takes part
    A room declares an `ImportKind` (see `mapping`) in its `room.py`: `imports = (PEOPLE,)`. The kind names its fields,
    its permission, the verb of its act, and two functions of the room:

    `resolve(rows, *, viewer, today) -> Iterable[RowOutcome]`
        Called once per file, with *all* its rows, unreadable ones too (`row.errors` is not empty), so that a file can
        be judged as a whole: a boss cycle, a number given twice, people whom the feed no longer names. Reads in
        bulk, with a number of queries that does not grow with the rows; writes nothing. Gives one outcome per
        row in the same order, then any outcomes with `row=None` for what the file says by silence (a
        person no longer in the feed). Rows that could not be read stay rejected, whatever `resolve` says of them.
        Rows and outcomes are kept packed (`kernel.packed`): rows may be walked again and again, and a `resolve` that
        yields holds few of them at a time.
    `apply(outcomes, *, by, why) -> None`
        Called inside the kit's one act with the outcomes that change something (add, edit, end), to be walked as
        often as it likes; large ones write some hundred rows at a time. Saves Records; opens
        no act of its own (an act inside an act joins it anyway) and catches nothing: an error rolls the whole
        file back.
    `guard(outcomes, *, viewer) -> Stop | None` (optional)
        Looks at the whole result and may stop it until a second person approves.
    `concerned` (optional)
        For files about people: how rows and records that are about the viewer are known, so that he is shown none.

    Values: a field that is not mapped is absent from `row.values` (leave it as it is); an empty cell is `None`.
    Round trip: an export's `id` column arrives as `row.record_id`; `resolve` rejects ids it cannot find or may not see
    with `row.unknown_id()`. Dates are `datetime.date`, days without zone; numbers are `Decimal`.

What happens to a file
    `gate` (is it safe to open) → `reading` (rows with exact places) → `headers` (which row names the columns) →
    `mapping` (which column is which field) → `rows` (cells to values) → the room's `resolve` → dry run or act.
"""
