"""Every table is guarded, or excused with a reason; what one points at lies in the same room or below."""

from django.apps import apps
from django.db.models import PROTECT

from kuramori.kernel.records import Record
from kuramori.kernel.room import rooms

EXCUSED = {
    "approvals.Notice": "how far a mail has come; what it tells of is in the ledger",
    "directory.Account": "last sign-in and password are state; opening and closing an account are acts",
    "duties.Letter": "how far a mail has come; what it tells of is in the ledger",
    "duties.WrittenDay": "up to which day reminders were looked for; what they led to are letters",
    "evidence.Checkpoint": "a signed head of the tree; append-only by triggers, proven by its signature",
    "evidence.Leaf": "an entry's place in the tree; append-only by triggers, proven by the signed heads",
    "evidence.LogKey": "the public key the heads are signed with; append-only by triggers",
    "evidence.Node": "inner hashes of the tree; append-only by triggers, can be computed anew",
    "evidence.StampDue": "the queue of queries without a good reply; what comes of them is kept by acts",
    "evidence.WitnessState": "how a witness was last reached; the heads it holds prove themselves by their signatures",
    "evidence.WitnessedHead": "a head of another's ledger that we cosigned; append-only by triggers",
    "kernel.Disclosure": "part of the ledger, guarded by triggers of its own",
    "kernel.Entry": "the ledger itself, guarded by triggers of its own",
    "kernel.EntrySubject": "part of the ledger, guarded by triggers of its own",
    "kernel.Job": "progress of work; what the work changes is changed by acts",
    "kernel.ListedChange": "part of the ledger, guarded by triggers of its own",
    "kernel.OpenAct": "the marker that the triggers look for",
    "kernel.SearchText": "drawn from records, can be built anew",
    "kernel.Unsequenced": "the sequencer's outbox",
}


def ours():
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("kuramori.")]


def test_every_model_is_a_record_or_excused_with_a_reason():
    unguarded = {model._meta.label for model in ours() if not issubclass(model, Record)}
    assert unguarded - EXCUSED.keys() == set()
    assert EXCUSED.keys() - unguarded == set(), "an excuse that nobody needs any more"


def test_a_record_protects_what_it_points_at():
    for model in ours():
        for field in model._meta.get_fields():
            if issubclass(model, Record) and field.concrete and field.is_relation:
                assert field.remote_field.on_delete is PROTECT, f"{model._meta.label}.{field.name}"


def test_foreign_keys_point_down():
    height = {room.name: number for number, room in enumerate(rooms())}
    for model in ours():
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model._meta.app_label in height:
                below = height[field.related_model._meta.app_label] <= height[model._meta.app_label]
                assert below, f"{model._meta.label}.{field.name}"


def test_there_is_no_hidden_table_between_two_models():
    assert [model._meta.label for model in ours() if model._meta.auto_created] == []
