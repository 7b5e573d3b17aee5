"""Config files are read strictly, with the prompt files they name, and written so that they read back the same."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiebreak.errors import UsageError, WorkspaceError
from tiebreak.records import (
    AppFields,
    CommandTarget,
    Config,
    Deadlines,
    HttpTarget,
    Message,
    ModelTarget,
    Price,
    Prompt,
    PythonTarget,
    RecordingTarget,
)
from tiebreak.workspace import Workspace
from tiebreak.workspace.configs import prompt_place

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: text.replace("{", "("))
WORD = TEXT.map(lambda text: text.replace("\0", "0"))
"""A word of a command, in which no process can be given a NUL."""
LINES = st.text("ab \t\n:#-'\"é", max_size=40)
NUMBER = st.floats(0.001, 1e6)
CONFIGS = st.builds(
    Config,
    name=st.from_regex(r"[A-Za-z0-9é][A-Za-z0-9 ./:é-]{0,12}[a-z]", fullmatch=True)
    | st.sampled_from(["no", "007", "~"]),
    target=st.builds(ModelTarget, model=st.sampled_from(["openai/gpt-4.1", "1.0"]), base_url=st.none() | TEXT)
    | st.builds(RecordingTarget, path=st.just("../recordings/a.jsonl"), speed=NUMBER)
    | st.builds(
        HttpTarget,
        url=st.just("https://x.example/answer"),
        headers=st.just({"X-Key": "$KEY"}),
        request=st.none() | st.just({"q": "{{ input }}{{ parameters }}", "k": [1, {"deep": None}]}),
        fields=st.builds(AppFields, text=st.sampled_from(["a.0.b", "text"])),
    )
    | st.builds(CommandTarget, command=st.lists(WORD, max_size=3).map(lambda rest: ("run", *rest)))
    | st.builds(PythonTarget, callable=st.just("app.desk:answer"), concurrency=st.integers(1, 9)),
    description=st.none() | TEXT,
    prompt=st.builds(Prompt, system=st.none() | LINES, user=st.none() | TEXT)
    | st.builds(Prompt, messages=st.just((Message(role="user", content="{{ input }}\n"),))),
    parameters=st.dictionaries(
        TEXT, st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | TEXT | st.lists(TEXT), max_size=2
    ),
    deadlines=st.builds(Deadlines, first_token=NUMBER),
    price=st.none() | st.builds(Price, input=NUMBER, output=NUMBER),
    retries=st.integers(0, 9),
)


def workspace(tmp_path: Path, text: str = "", name: str = "a.yaml") -> Workspace:
    (tmp_path / "configs").mkdir(exist_ok=True)
    if text:
        (tmp_path / "configs" / name).write_text(text)
    return Workspace.open(tmp_path)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(WorkspaceError) as caught:
        workspace(tmp_path, text).load_config("configs/a.yaml")
    assert caught.value.path == f"{tmp_path}/configs/a.yaml"
    return str(caught.value)


def test_a_config_file(tmp_path: Path) -> None:
    text = "target: {model: openai/gpt-4.1}\nprompt: {system: Be kind.}\nparameters: {temperature: 0.2, stop: [a]}\n"
    assert workspace(tmp_path, text).load_config("a") == Config(
        name="a",
        target=ModelTarget(model="openai/gpt-4.1"),
        prompt=Prompt(system="Be kind."),
        parameters={"temperature": 0.2, "stop": ["a"]},
    )


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("description: x\n", ": target", "The field “target” is missing."),
        (
            "target: gpt-4\n",
            ":1: target",
            "Expected a mapping with a `kind` (model, recording, http, command or python), not “gpt-4”.",
        ),
        ("target:\n", ":1: target", "not nothing"),
        ("target:\n  kind: recoding\n", ":2: target.kind", "Did you mean “recording”?"),
        ("target:\n  kind: model\n", ":1: target.model", "The field “model” is missing."),
        ("target:\n  kind: recording\n  paht: x\n", ":3: target.paht", "Did you mean “path”?"),
        ("target:\n  modell: x\n", ":2: target.modell", "Did you mean “model”?"),
        ("target: {model: ' '}", ":1: target.model", "The model is empty."),
        ("target: {kind: recording, path: x, speed: -1}", ":1: target.speed", "0 (at once) or more"),
        ("target: {model: x, lane: fast}", ":1: target.lane", "Expected auto, direct or litellm, not “fast”."),
        ("target: {model: x}\nprompt:\n  sytem: a", ":3: prompt.sytem", "Did you mean “system”?"),
        ("target: {model: x}\nprompt:\n  systemfile: a", ":3: prompt.systemfile", "Did you mean “system_file”?"),
        ("target: {model: x}\nprompt: a", ":2: prompt", "Expected a mapping, not “a”."),
        ("target: {model: x}\nprompt: {system: '{{ a'}", ":2: prompt", "prompt.system, line 1: Unexpected end"),
        ("target: {model: x}\nprompt: {user: a, messages: [{role: user, content: b}]}", ":2: prompt", "instead of"),
        ("target: {model: x}\nretries: -1", ":2: retries", "0 or more"),
        ("target: {model: x}\nretries: true", ":2: retries", "Expected a whole number, not true."),
        ("target: {model: x}\ndeadlines: {idle: 0}", ":2: deadlines.idle", "more than 0 seconds"),
        ("target: {model: x}\nprice: {input: 1, output: -2}", ":2: price.output", "0 or more, in US dollars"),
        ("target: {model: x}\nname: ''", ":2: name", "visible characters"),
        ("target: {kind: http, url: x}", ":1: target.url", "This is not an address."),
        (
            "target: {kind: http, url: http://x/, request: {q: '{{ a'}}",
            ":1: target.request",
            "target.request.q, line 1",
        ),
        ("target: {kind: http, url: http://x/, fields: {txet: a}}", ":1: target.fields.txet", "Did you mean “text”?"),
        (
            "target: {kind: http, url: http://x/, request: {q: a}}\nparameters: {k: 3}",
            "target.request",
            "not send them",
        ),
        ("target: {kind: command, command: echo hi}", ":1: target.command", "write `shell: true` too"),
        ("target: {kind: command, command: [a], shell: true}", ":1: target.command", "the command is one text"),
        ("target: {kind: command, command: []}", ":1: target.command", "The command is empty."),
        ("target: {kind: command, command: [a], concurrency: 0}", ":1: target.concurrency", "from 1 to 64"),
        ("target: {kind: python, callable: app.desk}", ":1: target.callable", "Write module:name"),
        (
            "target: {model: x}\nparameters:\n  temprature: 1",
            ":3: parameters.temprature",
            "Did you mean “temperature”?",
        ),
        ("target: {model: x}\nparameters:\n  top_p: 3", ":3: parameters.top_p", "a number from 0 to 1, not 3."),
        (
            "target: {model: x}\nparameters:\n  max_tokens: -4\n  stop: 5",
            ":3: parameters.max_tokens",
            "not -4. Also line 4, parameters.stop: Expected text",
        ),
        ("target: {model: x}\nparameters: {stream: false}", ":2: parameters.stream", "Tiebreak's to set"),
        (
            "target:\n  kind: http\n  url: http://x/\n  headers:\n    X-A: b\n    bad header: c",
            ":6: target.headers.bad header",
            "not the name of a header",
        ),
        ("target: {model: x}\ndeadlines: {frist_token: 1}", ":2: deadlines.frist_token", "Did you mean “first_token”?"),
        ("target: {model: x}\ndeadlines:\n  total: '9'", ":3: deadlines.total", "Write 9, without quotes."),
        ("- target", ":1", "A config is a mapping"),
        ("# nothing\n", "a.yaml", "The file is empty."),
    ],
)
def test_bad_configs(tmp_path: Path, text: str, where: str, said: str) -> None:
    message = refused(tmp_path, text)
    assert where in message
    assert said in message


def test_a_key_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    message = refused(tmp_path, "target: {kind: http, url: http://x/, headers: {Authorization: Bearer sk-very-secret}}")
    assert "write $NAME here" in message
    assert "secret" not in message
    message = refused(tmp_path, "target: {model: x, api_key_env: sk-very-secret}")
    assert "never the key itself" in message
    assert "secret" not in message
    message = refused(tmp_path, "target: {model: x, api_key: sk-very-secret}")
    assert "Did you mean “api_key_env”?" in message
    assert "secret" not in message


def test_prompt_files(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "s.md").write_text("Be kind.\n")
    text = "target: {model: x}\nprompt: {system_file: ../prompts/s.md, user: '{{ input }}'}"
    assert workspace(tmp_path, text).load_config("a").prompt == Prompt(system="Be kind.\n", user="{{ input }}")


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("{system_file: ../prompts/x.md}", "prompt.system_file: “../prompts/x.md”: There is no such file."),
        ("{system_file: ../a.md, system: x}", "There is both `system` and `system_file`."),
        ("{user_file: 7}", "prompt.user_file: Expected the name of a text file."),
        ("{user_file: ../../../../etc/passwd}", "lies outside the workspace"),
        ("{user_file: /etc/passwd}", "lies outside the workspace"),
        ("{user_file: ../out.md}", "lies outside the workspace"),
    ],
)
def test_bad_prompt_files(tmp_path: Path, prompt: str, said: str) -> None:
    (tmp_path / "out.md").symlink_to("/etc/hostname")
    message = refused(tmp_path, f"target: {{model: x}}\nprompt: {prompt}")
    assert "a.yaml:2: prompt." in message
    assert said in message


def test_a_recording_is_found_from_the_configs_folder(tmp_path: Path) -> None:
    text = "target: {kind: recording, path: ../r.jsonl}"
    assert workspace(tmp_path, text).load_config("a").target == RecordingTarget(path="../r.jsonl")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.yaml").write_text("target: {kind: recording, path: r.jsonl}")
    assert workspace(tmp_path).load_config("more/b.yaml").target == RecordingTarget(path="../more/r.jsonl")


def test_a_recording_may_be_pinned_by_hand(tmp_path: Path) -> None:
    content = "ab" * 32
    text = f"target: {{kind: recording, path: ../r.jsonl, sha256: {content}}}"
    config = workspace(tmp_path, text).load_config("a")
    assert config.target == RecordingTarget(path="../r.jsonl", sha256=content)
    assert config.version != replace(config, target=RecordingTarget(path="../r.jsonl")).version
    assert "no SHA-256" in refused(tmp_path, "target: {kind: recording, path: ../r.jsonl, sha256: abc}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(CONFIGS)
def test_a_saved_config_is_read_back_with_the_same_version(
    tmp_path_factory: pytest.TempPathFactory, config: Config
) -> None:
    place = Workspace.open(tmp_path_factory.mktemp("saved"))
    path = place.save_config(config)
    assert path.parent == place.folder / "configs"
    assert [entry.error for entry in place.configs] == [None]
    assert place.load_config(config.name) == config
    assert place.load_config(path).version == config.version


def test_prompts_are_saved_as_blocks(tmp_path: Path) -> None:
    config = Config(name="a", target=ModelTarget(model="m"), prompt=Prompt(system="Be kind.\nBe brief.\n"))
    text = workspace(tmp_path).save_config(config).read_text()
    assert text == "name: a\ntarget:\n  kind: model\n  model: m\nprompt:\n  system: |\n    Be kind.\n    Be brief.\n"


def test_saving_replaces_nothing_unless_told(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    first = Config(name="Warm / one", target=ModelTarget(model="m"))
    path = place.save_config(first)
    assert path.name == "Warm-one.yaml"
    with pytest.raises(UsageError, match="already in"):
        place.save_config(first)
    with pytest.raises(UsageError, match="There is already a config in"):
        place.save_config(Config(name="Warm-one", target=ModelTarget(model="m")))
    second = Config(name="Warm / one", target=ModelTarget(model="n"))
    assert place.save_config(second, overwrite=True) == path
    assert place.load_config("Warm / one") == second
    assert [file.name for file in path.parent.iterdir()] == ["Warm-one.yaml"]


@pytest.mark.parametrize("name", ["../../evil", "/etc/x", ".hidden", "a\\b", "con: x", "…", "x" * 300])
def test_file_names_stay_inside(tmp_path: Path, name: str) -> None:
    place = workspace(tmp_path)
    path = place.save_config(Config(name=name, target=ModelTarget(model="m")))
    assert path.parent == tmp_path / "configs"
    assert place.load_config(name).name == name


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "configs").write_text("in the way")
    with pytest.raises(WorkspaceError, match="The config cannot be saved"):
        Workspace.open(tmp_path).save_config(Config(name="a", target=ModelTarget(model="m")))


def test_text_that_no_file_can_hold(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="half a surrogate pair"):
        workspace(tmp_path).save_config(Config(name="a", target=ModelTarget(model="\ud800")))


def test_versions_of_configs_that_were_there_before_stay() -> None:
    """Stored sessions name configs by these; new kinds of target must not move them."""
    model = Config(name="a", target=ModelTarget(model="openai/gpt-4.1"), parameters={"temperature": 0.2})
    recording = Config(name="b", target=RecordingTarget(path="../recordings/a.jsonl"))
    assert model.version == "9b1ad6262649aa2e8832f8ba7a91d7de58080401d1de9d58a4b854c84d308bb8"
    assert recording.version == "7415ff57fa20fcfdf68b663a52567e4f4d5292c6ae75b968721930d89eff6e39"


def test_an_app_has_parameters_of_its_own(tmp_path: Path) -> None:
    text = "target: {kind: http, url: http://x/}\nparameters: {temprature: hot, stop: 5}\n"
    assert workspace(tmp_path, text).load_config("a").parameters == {"temprature": "hot", "stop": 5}


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("prompt:\n  user: |\n    a\n", (3, "prompt.user", None)),
        ("prompt:\n  user_file: ../q.md\n", (3, "prompt.user_file", "../q.md")),
        ("prompt:\n  messages:\n    - role: user\n      content: x\n", (5, "prompt.messages[0].content", None)),
    ],
)
def test_where_the_text_of_a_prompt_stands(
    tmp_path: Path, prompt: str, place: tuple[int | None, str, str | None]
) -> None:
    (tmp_path / "q.md").write_text("x")
    path = workspace(tmp_path, f"target: {{model: x}}\n{prompt}").config_file("a")
    field = "prompt.user" if place[2] else place[1]
    assert prompt_place(path, field) == place


def test_a_broken_file_is_still_asked_for_by_its_name(tmp_path: Path) -> None:
    place = workspace(tmp_path, "name: warm\ntarget: {modle: x}\n")
    (entry,) = place.configs
    assert entry.name == "warm"
    with pytest.raises(WorkspaceError, match="modle"):
        place.load_config("warm")
