"""The feel network: what it is told, how it plays, and its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.timing import GRIDS
from drumstudio.errors import CheckpointError, DatasetError
from drumstudio.ml.checkpoint import Weights, read_metadata, read_tensors, write_tensors
from drumstudio.ml.feel import file as feel_file
from drumstudio.ml.feel.file import LEVELS, FeelConfig, FeelModel, FeelTraining, read_feel, save_feel
from drumstudio.ml.feel.inputs import OFFSET_UNIT, VELOCITY_MIDDLE, VELOCITY_UNIT, feel_inputs, input_count
from drumstudio.ml.feel.model import FeelPlayer, Wander, available_feel, load_feel
from drumstudio.ml.feel.performances import Performance

SMALL = FeelConfig(units=6, layers=2, members=2, styles=("jazz", "rock"))
PLACE = {"steps_per_bar": 16, "steps_per_quarter": 4, "qpm": 100.0}


def small_weights(config: FeelConfig = SMALL, seed: int = 0) -> Weights:
    draw = np.random.default_rng(seed)
    weights = {
        name: draw.normal(0.0, 0.5, shape).astype(np.float32) for name, shape in config.shapes().items()
    }
    weights["usual"][..., 1] = 10.0
    return weights


@pytest.fixture(scope="module")
def player() -> FeelPlayer:
    return FeelPlayer(SMALL, small_weights())


def some_hits(steps: int = 40, seed: int = 3, share: float = 0.25) -> np.ndarray:
    return np.random.default_rng(seed).random((steps, DRUM_COUNT)) < share


# -- inputs


def test_as_many_inputs_as_promised() -> None:
    hits = some_hits()
    inputs = feel_inputs(hits, **PLACE, styles=("jazz", "rock"), style="rock/indie")
    assert inputs.shape == (40, input_count(("jazz", "rock")))
    assert inputs.dtype == np.float32
    assert np.isfinite(inputs).all()
    assert inputs[:, -2:].tolist() == [[0.0, 1.0]] * 40
    assert not feel_inputs(hits, **PLACE, styles=("jazz", "rock"), style="polka")[:, -2:].any()


def test_how_often_and_how_near_a_drum_is_struck() -> None:
    hits = np.zeros((32, DRUM_COUNT), bool)
    hits[[4, 20, 28], Drum.SNARE] = True
    inputs = feel_inputs(hits, **PLACE)
    often, before, after = (inputs[:, block * 9 + Drum.SNARE] for block in (1, 2, 3))
    assert (often[4], often[12], often[20], often[28], often[0]) == (1.0, 0.5, 1.0, 0.5, 0.0)
    assert before[4] == after[28] == 0.0
    assert before[5] == after[3] == pytest.approx(np.exp(-0.25))
    assert before[20] == pytest.approx(np.exp(-4.0))


def test_only_struck_cells_of_the_mask_are_known() -> None:
    hits = np.zeros((32, DRUM_COUNT), bool)
    hits[[4, 20], Drum.SNARE] = True
    velocities = np.full(hits.shape, 96)
    mask = np.zeros(hits.shape, bool)
    assert (
        feel_inputs(hits, **PLACE, known=(velocities, hits * 0.2, mask)) == feel_inputs(hits, **PLACE)
    ).all()
    mask[:16] = True
    inputs = feel_inputs(hits, **PLACE, known=(velocities, hits * 0.2, mask))
    own, there, at_place, drum = (inputs[:, block * 9 + Drum.SNARE] for block in (4, 6, 7, 10))
    assert np.flatnonzero(there).tolist() == [4]
    assert own[4] == at_place[20] == drum[31] == 1.0
    assert own[20] == at_place[19] == 0.0
    assert inputs[20, 8 * 9 + Drum.SNARE] == pytest.approx(0.2 * 150 / OFFSET_UNIT)


def test_triplets_are_other_places() -> None:
    hits = some_hits(24)
    straight = feel_inputs(hits, steps_per_bar=16, steps_per_quarter=4, qpm=120)
    triplets = feel_inputs(hits, steps_per_bar=12, steps_per_quarter=3, qpm=120)
    first = 13 * DRUM_COUNT
    assert straight[:4, first : first + 7].argmax(1).tolist() == [0, 1, 2, 3]
    assert triplets[:4, first : first + 7].argmax(1).tolist() == [4, 5, 6, 4]


# -- playing


@given(
    st.integers(0, 70),
    st.sampled_from([(16, 4), (12, 3), (24, 6), (32, 8), (14, 4), (4, 1), (48, 12), (10, 4)]),
    st.floats(30, 300),
    st.floats(0, 1),
    st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_what_is_struck_is_played_within_its_step(
    steps: int, grid: tuple[int, int], qpm: float, amount: float, seed: int
) -> None:
    player = FeelPlayer(SMALL, small_weights())
    hits = some_hits(steps, seed % 100)
    place = {"steps_per_bar": grid[0], "steps_per_quarter": grid[1], "qpm": qpm}
    velocities, offsets = player.perform(hits, **place, amount=amount, seed=seed)
    assert velocities.dtype == np.uint8
    assert ((velocities > 0) == hits).all()
    assert velocities.max(initial=0) <= 127
    assert ((offsets >= -0.5) & (offsets < 0.5)).all()
    assert not offsets[~hits].any()
    again = player.perform(hits, **place, amount=amount, seed=seed)
    assert (again[0] == velocities).all()
    assert (again[1] == offsets).all()


def test_amount_leads_from_even_to_all_of_it(player: FeelPlayer) -> None:
    hits = some_hits()
    even = np.where(hits, 64, 0)
    none, half, full = (player.perform(hits, **PLACE, amount=a, seed=4, even=even) for a in (0.0, 0.5, 1.0))
    assert (none[0] == even).all()
    assert not none[1].any()
    assert np.abs(half[0] - (even + full[0].astype(float)) / 2)[hits].max() <= 1.0
    assert half[1] == pytest.approx(full[1] / 2)
    assert (player.perform(hits, **PLACE, amount=0.0)[0] == hits * 100).all()


def test_what_is_known_comes_back_and_is_heard(player: FeelPlayer) -> None:
    hits = some_hits(48)
    mask = hits.copy()
    mask[16:] = False
    velocities = np.full(hits.shape, 33)
    known = velocities, np.full(hits.shape, 0.25), mask
    played, offsets = player.perform(hits, **PLACE, known=known, amount=0.5, seed=1)
    assert (played[mask] == 33).all()
    assert (offsets[mask] == 0.25).all()
    alone, _ = player.perform(hits, **PLACE, amount=0.5, seed=1)
    assert (played[16:] != alone[16:]).any()


def test_a_player_who_is_late_stays_late() -> None:
    shipped = load_feel()
    hits = np.zeros((64, DRUM_COUNT), bool)
    hits[::2, Drum.CLOSED_HAT] = hits[4::8, Drum.SNARE] = hits[::8, Drum.KICK] = True
    velocities = np.where(hits, 90, 0)

    def snare(late: float) -> float:
        offsets = np.zeros(hits.shape)
        offsets[:, Drum.SNARE] = late
        mask = hits.copy()
        mask[32:] = False
        _, played = shipped.perform(hits, **PLACE, known=(velocities, offsets, mask))
        return float(played[32:, Drum.SNARE][hits[32:, Drum.SNARE]].mean())

    assert snare(0.2) - snare(-0.2) > 0.2
    assert snare(0.2) > 0.08


def test_a_player_who_is_steady_stays_as_loud() -> None:
    shipped = load_feel()
    hits = np.zeros((96, DRUM_COUNT), bool)
    hits[::2, Drum.CLOSED_HAT] = hits[4::8, Drum.SNARE] = hits[::8, Drum.KICK] = True
    mask = hits.copy()
    mask[64:] = False

    def back_beats(velocity: int) -> float:
        velocities = np.where(hits, velocity, 0)
        played, _ = shipped.perform(hits, **PLACE, known=(velocities, np.zeros(hits.shape), mask))
        return float(played[68::8, Drum.SNARE].mean())

    assert abs(back_beats(90) - 90) < 12
    assert abs(back_beats(50) - 50) < 12


def test_a_longer_performance_wanders_as_the_shorter_one(player: FeelPlayer) -> None:
    still = FeelPlayer(SMALL, {name: value * 0 for name, value in small_weights().items()} | {
        "usual": np.ones((9, 2, 2), np.float32),
        "0.out.bias": np.tile(np.linspace(-1, 1, len(LEVELS)), 18).astype(np.float32),
    })  # fmt: skip
    hits = some_hits(48)
    short, long = (still.feel(hits[:steps], **PLACE, seed=7) for steps in (20, 48))
    assert (short[0] == long[0][:20]).all()
    assert (short[1] == long[1][:20]).all()
    assert (still.feel(hits, **PLACE, seed=8)[1] != long[1]).any()


def test_what_is_struck_together_is_moved_together(player: FeelPlayer) -> None:
    hits = np.ones((64, DRUM_COUNT), bool)
    still = player.feel(hits, **PLACE, wander=(Wander(), Wander()))[1]
    shared = player.feel(hits, **PLACE, wander=(Wander(), Wander(step=0.3)))[1] - still
    assert (np.sign(shared) == np.sign(shared[:, :1])).all()
    assert (shared > 0).any()
    assert (shared < 0).any()


def test_other_grids_are_played_by_way_of_the_ones_it_knows(player: FeelPlayer) -> None:
    hits = some_hits(32)
    sixteenths = player.perform(hits, **PLACE, seed=2)
    halves = np.zeros((64, DRUM_COUNT), bool)
    halves[::2] = hits
    played = player.perform(halves, steps_per_bar=32, steps_per_quarter=8, qpm=100, seed=2)
    assert (played[0][::2] == sixteenths[0]).all()
    small = np.abs(sixteenths[1]) < 0.2
    assert played[1][::2][small] == pytest.approx(2 * sixteenths[1][small])
    eighths = player.perform(hits, steps_per_bar=8, steps_per_quarter=2, qpm=100, seed=2)
    apart = np.zeros((63, DRUM_COUNT), bool)
    apart[::2] = hits
    assert (eighths[0] == player.perform(apart, **PLACE, seed=2)[0][::2]).all()


@pytest.mark.parametrize("per_quarter", sorted(GRIDS))
def test_every_grid_is_played(player: FeelPlayer, per_quarter: int) -> None:
    hits = some_hits(8 * per_quarter)
    known = np.full(hits.shape, 70), np.full(hits.shape, -0.4), some_hits(8 * per_quarter, 9, 0.5)
    played, _ = player.perform(
        hits, steps_per_bar=4 * per_quarter, steps_per_quarter=per_quarter, qpm=90, known=known
    )
    assert ((played > 0) == hits).all()
    assert (played[known[2] & hits] == 70).all()


def test_numpy_plays_as_torch() -> None:
    import torch

    from drumstudio.ml.feel.training import FeelNetwork

    weights = small_weights()
    hits = some_hits(50)
    x = torch.from_numpy(feel_inputs(hits, **PLACE, styles=SMALL.styles, style="jazz"))[None]
    heard = []
    for member in range(SMALL.members):
        network = FeelNetwork(SMALL).eval()
        own = {
            name.removeprefix(f"{member}."): torch.from_numpy(value)
            for name, value in weights.items()
            if name.startswith(f"{member}.")
        }
        network.load_state_dict(own)
        with torch.no_grad():
            heard.append(network(x)[0].numpy())
    expected = np.sort(np.mean(heard, axis=0), axis=-1)
    velocities, offsets = FeelPlayer(SMALL, weights).quantiles(hits, **PLACE, style="jazz")
    assert velocities == pytest.approx(expected[:, :, 0] * VELOCITY_UNIT + VELOCITY_MIDDLE, abs=1e-3)
    assert offsets == pytest.approx(expected[:, :, 1] * OFFSET_UNIT, abs=1e-3)


# -- the file


def test_a_file_comes_back_in_half_precision(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    model = FeelModel(SMALL, FeelTraining(steps=3, data="songs", pieces={"train": 2}, velocity_error=20.5))
    save_feel(path, model, small_weights())
    read, weights = read_feel(path)
    assert read == model
    assert all((weights[name] == value.astype(np.float16)).all() for name, value in small_weights().items())
    assert weights["usual"].dtype == np.float32
    assert load_feel(path).styles == ("jazz", "rock")


def _damaged_weights(metadata: dict[str, str], weights: Weights) -> None:
    weights["usual"] = weights["usual"] + np.float16(1)


def _not_ours(metadata: dict[str, str], weights: Weights) -> None:
    metadata["format"] = "drumstudio-model"


def _newer(metadata: dict[str, str], weights: Weights) -> None:
    metadata["format_version"] = "99"


def _other_network(metadata: dict[str, str], weights: Weights) -> None:
    metadata["network"] = json.dumps({"units": 7, "layers": 2, "members": 2, "styles": []})


def _no_network(metadata: dict[str, str], weights: Weights) -> None:
    metadata["network"] = "[]"


def _huge_network(metadata: dict[str, str], weights: Weights) -> None:
    metadata["network"] = json.dumps({"units": 10**9, "layers": 2, "members": 2, "styles": []})


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_damaged_weights, "are not those that were written"),
        (_not_ours, "is not a feel network"),
        (_newer, "newer DrumStudio"),
        (_other_network, "do not fit"),
        (_no_network, "cannot be read"),
        (_huge_network, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    tmp_path: Path, spoil: Callable[[dict[str, str], Weights], None], sentence: str
) -> None:
    path = tmp_path / "own.safetensors"
    save_feel(path, FeelModel(SMALL), small_weights())
    metadata, weights = read_metadata(path), read_tensors(path)
    spoil(metadata, weights)
    write_tensors(path, weights, metadata)
    with pytest.raises(CheckpointError, match=sentence):
        load_feel(path)


def test_without_its_file_the_player_is_missing_and_the_log_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("drumstudio.paths.shipped_models", lambda: tmp_path)
    # Whatever a command has made of the program's log before, here it is heard exactly once.
    monkeypatch.setattr("drumstudio.log.LOGGER.propagate", False)
    monkeypatch.setattr("drumstudio.log.LOGGER.handlers", [caplog.handler])
    assert available_feel() is None
    assert available_feel() is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert feel_file.FILE in caplog.text
    save_feel(tmp_path / feel_file.FILE, FeelModel(SMALL), small_weights())
    assert available_feel() is not None


def test_the_shipped_file_is_small_and_says_where_it_comes_from() -> None:
    from drumstudio.paths import shipped_models

    path = shipped_models() / feel_file.FILE
    model, _ = read_feel(path)
    assert path.stat().st_size < 1_500_000
    assert "Groove MIDI Dataset" in model.training.data
    assert "CC BY 4.0" in model.training.licence
    assert {"rock", "funk", "jazz", "latin"} <= set(model.config.styles)


def test_it_is_no_drummer() -> None:
    from drumstudio.ml.catalogue import list_models

    assert feel_file.FILE not in [model.path.name for model in list_models()]


# -- training


def _drummer(seed: int, split: str = "train") -> Performance:
    """Four bars of hats: loud on the beat and soft and late between; the second bar's only known by heart."""
    draw = np.random.default_rng(seed)
    velocities = np.zeros((64, DRUM_COUNT), np.uint8)
    velocities[::4, Drum.CLOSED_HAT] = draw.integers(105, 115, 16)
    velocities[2::4, Drum.CLOSED_HAT] = draw.integers(35, 45, 16)
    offsets = np.zeros(velocities.shape, np.float32)
    offsets[2::4, Drum.CLOSED_HAT] = 0.2
    return Performance(f"{seed}.mid", velocities, offsets, style="rock", split=split)


def test_training_learns_who_is_loud_and_who_is_late(tmp_path: Path) -> None:
    from drumstudio.ml.feel.training import FeelReport, FeelSettings, train_feel

    pieces = [*(_drummer(seed) for seed in range(6)), _drummer(9, "validation")]
    settings = FeelSettings(steps=60, batch=8, window=64, learning_rate=0.02, dropout=0.0, input_dropout=0.0)
    config = FeelConfig(units=8, layers=1, members=1)
    reports: list[FeelReport] = []
    path = tmp_path / "own.safetensors"
    model = train_feel(path, config, settings, pieces, on_report=reports.append, report_every=20)
    assert [report.step for report in reports] == [20, 40, 60]
    assert reports[-1].loss < reports[0].loss / 2
    assert model.config.styles == ("rock",)
    assert model.training.pieces == {"train": 6, "validation": 1}
    assert model.training.velocity_error is not None
    assert model.training.velocity_error < 12
    played, offsets = load_feel(path).perform(_drummer(9).struck, **PLACE, style="rock")
    assert played[::4, Drum.CLOSED_HAT].mean() > played[2::4, Drum.CLOSED_HAT].mean() + 40
    assert offsets[2::4, Drum.CLOSED_HAT].mean() > 0.1
    again = tmp_path / "again.safetensors"
    train_feel(again, config, settings, pieces)
    assert again.read_bytes() == path.read_bytes()


def test_training_needs_something_to_train_on(tmp_path: Path) -> None:
    from drumstudio.ml.feel.training import FeelSettings, train_feel

    with pytest.raises(DatasetError, match="train split"):
        train_feel(tmp_path / "own.safetensors", SMALL, FeelSettings(), [_drummer(0, "validation")])
