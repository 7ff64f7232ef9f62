"""What a resource calls or is put into: functions, topics, clusters, hosted zones, macros.

What is not known before the deployment is not allowed, or told.
"""

from dataclasses import replace

from cfn_pipeline.permissions.patterns import (
    has_unknown,
    name_patterns,
    refuse_wildcards,
    value_pattern,
    within_stack,
)
from cfn_pipeline.permissions.references import (
    HERE,
    PREFIX,
    import_of,
    is_own,
    listed,
    names_of,
    own_of,
)
from cfn_pipeline.permissions.referring import Found, Reference

#: The property in which a type names the function that it calls.
_CALLS = {"AWS::SecretsManager::RotationSchedule": "RotationLambdaARN"}


def tokens(about: Reference) -> Found | None:
    """Return the function or the topic that a custom resource, or a rotation, calls."""
    is_custom = about.need.source.startswith("the custom resource's")
    property_ = "ServiceToken" if is_custom else _CALLS.get(about.need.type, "")
    if not is_custom and property_ not in about.properties:
        return None
    found = Found()
    service = about.need.action.split(":")[0]
    for value in listed(about.properties.get(property_), about.known):
        own = own_of(value, about.known)
        if own is not None:
            kind = "function:" if service == "lambda" else ""
            for name in name_patterns(own, about.known):
                found.add(f"{PREFIX}:{service}:{HERE}:{kind}{within_stack(name)}")
            continue
        if (imported := import_of(value, about.known)) is not None:
            found.add(imported)
            continue
        text = value_pattern(value, about.known)
        refuse_wildcards(text, about.need.resource, property_)
        way_out = f"or give the role {about.need.action} for it"
        entry = about.unknown(property_, way_out, value)
        prefix, _, name = text.rpartition(":")
        if not prefix or has_unknown(prefix):
            found.unknown.append(entry)
            continue
        if has_unknown(name):
            found.unsure.append((entry, name))
        found.add(f"{prefix}:{within_stack(name)}")
    return found


def clusters(about: Reference) -> Found | None:
    """Return the cluster in which a resource of EKS is created."""
    if "ClusterName" not in about.properties:
        return None
    found = Found()
    for value in listed(about.properties["ClusterName"], about.known):
        for name in names_of(value, about.known, about.need.resource, "ClusterName"):
            if has_unknown(name):
                entry = about.unknown("ClusterName", "or let it begin with the stack's name", value)
                found.unsure.append((entry, name))
            found.add(f"{PREFIX}:eks:{HERE}:cluster/{within_stack(name)}")
    return found


def zones(about: Reference) -> Found | None:
    """Return the hosted zones of records: those of their ids, or any, which is told."""
    if not about.need.type.startswith("AWS::Route53::RecordSet"):
        return None
    sets = about.properties.get("RecordSets")
    records = [about.properties, *(sets if isinstance(sets, list) else ())]
    ids = [record.get("HostedZoneId") for record in records if isinstance(record, dict)]
    found = Found()
    for value in [value for id_ in ids for value in listed(id_, about.known)]:
        text = value_pattern(value, about.known).removeprefix("/hostedzone/")
        refuse_wildcards(text, about.need.resource, "HostedZoneId")
        if is_own(value, about.known) or has_unknown(text):
            way_out = "or the role may change every hosted zone"
            entry = about.unknown("HostedZoneId", way_out, value)
            found.unknown.append(replace(entry, kind="note"))
            text = "*"
        found.add(f"{PREFIX}:route53:::hostedzone/{text}")
    if not found.arns:
        entry = about.unknown("HostedZoneId", "or the role may change every hosted zone")
        found.unknown.append(replace(entry, kind="note"))
        found.add(f"{PREFIX}:route53:::hostedzone/*")
    return found


def transforms(about: Reference) -> Found:
    """Return the macros that a template goes through."""
    said = about.template.get("Transform", [])
    entries = said if isinstance(said, list) else [said]
    found = Found()
    for entry in entries:
        name = entry.get("Name") if isinstance(entry, dict) else entry
        if not isinstance(name, str):
            continue
        name = value_pattern(name, about.known)
        refuse_wildcards(name, "Transform", "the macro")
        whose = f"${{AWS::AccountId}}:transform/{name}"
        if name.startswith("AWS::"):
            whose = f"aws:transform/{name.removeprefix('AWS::')}"
        found.add(f"{PREFIX}:cloudformation:${{AWS::Region}}:{whose}")
    return found
