"""The planner's commands about road networks: `muster roads build`, `show`, `matrix` and `zones`.

`command_line` hangs them under `muster`. What a command needs it imports when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from incidents.roads import RoadNetwork

roads = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Road networks from tables or OpenStreetMap.")


@roads.command()
def build(
    mapping: Annotated[Path, typer.Argument(help="what becomes what: a mapping such as scenarios/roads/auckland.yaml")],
    data: Annotated[Path, typer.Option(help="the folder of the files that the mapping names")],
    out: Annotated[Path, typer.Option(help="the network's file to write, such as auckland.npz")],
) -> None:
    """Build a road network; prints the hash by which a centre names it, and what was left out."""
    from incidents.refusals import Refusal
    from simulation.roads.build import build as built
    from simulation.roads.build import write_roads

    found = built(mapping, data)
    try:
        write_roads(found, out)
    except OSError as error:
        raise Refusal.of(str(out), f"cannot be written: {error}", "a file in a folder that exists") from None
    _tell(found.network)
    for what, count in found.left_out.items():
        typer.echo(f"left out     {count:,} {what}")
    typer.echo(f"written      {out}, {out.stat().st_size:,} bytes")


@roads.command()
def show(file: Annotated[Path, typer.Argument(help="a network's file")]) -> None:
    """Say what is in a road network: its hash, licence, attribution and size."""
    from incidents.read import read_roads

    _tell(read_roads(file))


@roads.command()
def matrix(
    file: Annotated[Path, typer.Argument(help="a network's file")],
    centre: Annotated[Path, typer.Option(help="a centre: between all of its zones")],
    out: Annotated[Path, typer.Option(help="the CSV file to write: from,to,seconds, as a zone matrix names it")],
    cache: Annotated[Path | None, typer.Option(help="a folder in which matrices are kept")] = None,
    without_lights: Annotated[bool, typer.Option("--without-lights", help="in place of with lights")] = False,
) -> None:
    """Write the seconds by road between all zones of a centre: what a centre without the network may use."""
    from incidents.read import read_centre, read_roads
    from incidents.refusals import Refusal
    from simulation.roads.build import put
    from simulation.roads.matrices import matrix_ms

    network, place = read_roads(file), read_centre(centre)
    names = sorted(place.zones)
    zones = [place.zone(name) for name in names]
    found = matrix_ms(network, zones, zones, lights=not without_lights, folder=cache)
    if (found < 0).any():
        raise Refusal.of(str(file), "no road leads between some of the zones", "a strongly connected network")
    rows = [
        f'"{one}","{other}",{found[row, column] / 1000}'
        for row, one in enumerate(names)
        for column, other in enumerate(names)
    ]
    try:
        put(out, "\n".join(["from,to,seconds", *rows, ""]).encode())
    except OSError as error:
        raise Refusal.of(str(out), f"cannot be written: {error}", "a file in a folder that exists") from None
    typer.echo(f"{len(names)} zones, {len(rows):,} pairs in {out}; {network.attribution}, {network.licence}")


@roads.command()
def zones(
    file: Annotated[Path, typer.Argument(help="a network's file")],
    centre: Annotated[Path, typer.Option(help="a centre: trips are those from its stations")],
    demand: Annotated[Path, typer.Option(help="a CSV file of demand: lon,lat,weight; plain or .gz")],
    out: Annotated[Path, typer.Option(help="the folder to write zones.yaml and travel.csv to")],
    facilities: Annotated[Path | None, typer.Option(help="a CSV file of hospitals: x,y (degrees)")] = None,
    cache: Annotated[Path | None, typer.Option(help="a folder in which matrices are kept")] = None,
    side: Annotated[float, typer.Option(min=100, max=100_000, help="metres of a side of a zone")] = 3000,
    least_share: Annotated[
        float, typer.Option(min=0, max=1, help="a zone with less demand joins its neighbour")
    ] = 0.004,
    off_road: Annotated[float, typer.Option(min=0.1, max=30, help="metres a second off the road")] = 1.4,
    limit: Annotated[float, typer.Option(min=1, max=50_000, help="metres off the road that are driven to")] = 1000,
) -> None:
    """Put demand together into zones, and fit travel between them to the roads; prints how far each way of planning is off."""
    from incidents.read import read_centre, read_roads
    from incidents.refusals import Refusal
    from simulation.roads.zoning import Snapping, read_cells, read_facilities, zoning, zoning_files

    way = Snapping(side, least_share, off_road, limit)
    places = () if facilities is None else read_facilities(facilities)
    found = zoning(read_roads(file), read_centre(centre), read_cells(demand), way, facilities=places, cache=cache)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in zoning_files(found).items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal.of(str(out), f"cannot be written: {error}", "a folder") from None
    typer.echo(f"{len(found.zones)} zones in {out}")
    for name, each in found.errors.items():
        typer.echo(
            f"{name:17} bias {each.bias:+.1%}, mean error {each.mean:.1%}, nine in ten within {each.p90:.1%}, "
            f"nearest station the same for {each.nearest:.1%} of demand"
        )


def _tell(network: RoadNetwork) -> None:
    south, north = network.latitudes.min(), network.latitudes.max()
    west, east = network.longitudes.min(), network.longitudes.max()
    typer.echo(f"network      {network.hash}")
    typer.echo(f"name         {network.name}")
    typer.echo(f"licence      {network.licence}")
    typer.echo(f"attribution  {network.attribution}")
    typer.echo(f"source       {network.source}")
    typer.echo(f"size         {len(network.latitudes):,} nodes, {len(network.starts):,} one-way arcs")
    typer.echo(
        f"connected    {'from anywhere to anywhere' if network.is_connected else 'NOT from anywhere to anywhere'}"
    )
    typer.echo(f"bounds       {south:.4f} to {north:.4f} N, {west:.4f} to {east:.4f} E")
