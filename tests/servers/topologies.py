"""Servers that belong together: a cluster, and a primary behind Sentinel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .farm import Farm, Node, binary, free_port, until

SLOTS = 16_384
SERVICE = "views"


def cluster(farm: Farm, masters: int = 1) -> list[Node]:
    """Start a cluster without replicas. It accepts writes two seconds after its start."""
    buses = [free_port() for _ in range(masters)]
    members = [
        farm.node(cluster_enabled="yes", cluster_port=bus, cluster_node_timeout=1500)
        for bus in buses
    ]
    clients = [member.client() for member in members]
    for number, client in enumerate(clients):
        first, last = (SLOTS * edge // masters for edge in (number, number + 1))
        client.execute_command("CLUSTER ADDSLOTSRANGE", first, last - 1)
        if number:
            client.execute_command("CLUSTER MEET", "127.0.0.1", members[0].port, buses[0])
    for client in clients:
        until(
            lambda client=client: (
                client.cluster("INFO")["cluster_state"] == "ok"
                and int(client.cluster("INFO")["cluster_known_nodes"]) == masters
            ),
            "the cluster to accept writes",
        )
    return members


@dataclass
class Watched:
    """A primary and its replica, watched by Sentinels."""

    primary: Node
    replica: Node
    sentinels: list[int]
    service: str = SERVICE

    @property
    def settings(self) -> dict[str, Any]:
        """What VIEWCOUNT_REDIS_SENTINEL takes."""
        return {"hosts": [["127.0.0.1", port] for port in self.sentinels], "service": self.service}


def sentinel(farm: Farm, sentinels: int = 1) -> Watched:
    """Start a primary, its replica, and what promotes the replica about 3 seconds after a kill.

    `down-after` is not to be shortened: a Sentinel asks once a second, and one that is told to be
    faster takes the fresh primary for dead, too, and loses what was written to it.
    """
    primary = farm.node()
    replica = farm.node(replicaof=f"127.0.0.1 {primary.port}")
    until(lambda: replica.client().info("replication")["master_link_status"] == "up", "the replica")
    watchers = []
    for _ in range(sentinels):
        port, directory = free_port(), farm.new_directory()
        config = directory / "sentinel.conf"  # it rewrites this file
        config.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {directory}\n"
            f"sentinel monitor {SERVICE} 127.0.0.1 {primary.port} {sentinels // 2 + 1}\n"
            f"sentinel down-after-milliseconds {SERVICE} 2000\n"
            f"sentinel failover-timeout {SERVICE} 5000\n"
        )
        node = Node(farm, [binary(), str(config), "--sentinel"], port, directory)
        node.start()
        watchers.append(node)
    for watcher in watchers:
        until(
            lambda watcher=watcher: (
                (state := watcher.client().sentinel_master(SERVICE))["num-slaves"] == 1
                and state["num-other-sentinels"] == sentinels - 1
            ),
            "the Sentinels to know each other",
        )
    return Watched(primary, replica, [watcher.port for watcher in watchers])
