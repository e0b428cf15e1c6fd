"""The manifests agree with each other and with the program; they were rendered, never applied, here."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.kit.config import TARGETS, Config

BASE = Path(__file__).resolve().parents[3] / "deploy" / "k8s" / "base"


def objects(kind: str) -> list[dict[str, Any]]:
    """All objects of a kind in the base."""
    files = [path for path in sorted(BASE.glob("*.yaml")) if path.name != "kustomization.yaml"]
    every = [item for path in files for item in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    return [item for item in every if item["kind"] == kind]


def name(item: dict[str, Any]) -> str:
    """The object's name, for a readable test id."""
    return str(item["metadata"]["name"])


@pytest.mark.parametrize("service", objects("Service"), ids=name)
def test_a_service_selects_pods_that_have_its_ports(service: dict[str, Any]) -> None:
    """Each selector matches some pods, and each of these has every named port."""
    wanted = service["spec"]["selector"].items()
    pods = [
        d["spec"]["template"]
        for d in objects("Deployment")
        if wanted <= d["spec"]["template"]["metadata"]["labels"].items()
    ]
    ports = {port["targetPort"] for port in service["spec"]["ports"]}

    assert pods
    for pod in pods:
        assert ports <= {port["name"] for port in pod["spec"]["containers"][0]["ports"]}


@pytest.mark.parametrize("deployment", objects("Deployment"), ids=name)
def test_a_deployment_selects_its_own_pods_only(deployment: dict[str, Any]) -> None:
    """The selector is part of the pod's labels, and of no other deployment's."""
    selector = deployment["spec"]["selector"]["matchLabels"].items()
    matching = [
        name(d)
        for d in objects("Deployment")
        if selector <= d["spec"]["template"]["metadata"]["labels"].items()
    ]

    assert matching == [name(deployment)]


@pytest.mark.parametrize("item", [*objects("Deployment"), *objects("Job")], ids=name)
def test_a_container_is_started_with_settings_that_exist(item: dict[str, Any]) -> None:
    """Targets and variables are those of the program; nothing runs as root or writes to its image."""
    container = item["spec"]["template"]["spec"]["containers"][0]
    known = {f"MINGZHANG_{field.name.upper()}" for field in fields(Config)}
    targets = [a.split("=", 1)[1] for a in container["args"] if a.startswith("--target=")]

    assert {variable["name"] for variable in container["env"]} <= known
    assert set(targets) <= set(TARGETS)
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert item["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] is True


def test_the_shared_settings_exist() -> None:
    """Every literal of the config map is a setting of the program."""
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))
    literals = kustomization["configMapGenerator"][0]["literals"]
    known = {f"MINGZHANG_{field.name.upper()}" for field in fields(Config)}

    assert {literal.split("=", 1)[0] for literal in literals} <= known


def test_every_resource_file_is_listed() -> None:
    """No manifest is forgotten in the kustomization."""
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))

    assert set(kustomization["resources"]) == {p.name for p in BASE.glob("*.yaml")} - {"kustomization.yaml"}
