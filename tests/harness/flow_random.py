# SPDX-License-Identifier: BSD-2-Clause
"""Flow tables and groups at random, in words that every switch with ovs-ofctl's language takes.

Values are few, and those of tests/datapath/flow_random_frame.c, so that frames hit flows and flows overlap.
"""

from dataclasses import dataclass

TABLES = 4   # are used, from 0 on
PORTS = 4    # OpenFlow numbers 1 to this are those of ports; nobody has the next one
GROUPS = 4   # have the numbers from 1 on
BUCKETS = 3  # at most, in a group
FLOWS = 40   # at most, in all tables

# What a flow may say of frames, and what these then have.
KINDS = (
    *(("", ""),) * 4,
    ("dl_type=0x88b5", ""),
    ("dl_type=0x05ff", ""),
    *(("ip", "ip ipv4"),) * 3,
    ("tcp,ip_frag=no", "ip ipv4 tcp ports whole"),
    ("udp,ip_frag=later", "ip ipv4"),  # who has no ports
    ("ipv6,ip_frag=later", "ip ipv6"),
    *(("tcp", "ip ipv4 tcp ports fragments"), ("udp", "ip ipv4 udp ports fragments"), ("icmp", "ip ipv4 icmp"),
      ("sctp", "ip ipv4"), ("ipv6", "ip ipv6"), ("ipv6", "ip ipv6"), ("tcp6", "ip ipv6 tcp ports fragments"),
      ("udp6", "ip ipv6 udp ports fragments"), ("icmp6", "ip ipv6 icmp"), ("arp", "arp"), ("rarp", "arp")),
)

MATCHES = (
    ("", "in_port=1", "in_port=2", "in_port=3", "in_port=4", "in_port=LOCAL"),
    ("", "dl_src=02:00:00:00:00:01", "dl_src=02:00:00:00:00:02/ff:ff:ff:ff:ff:fe"),
    ("", "dl_dst=02:00:00:00:00:01", "dl_dst=ff:ff:ff:ff:ff:ff", "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00"),
    ("", "reg0=1", "reg0=0", "reg0=0/1", "reg1=5", "reg1=2"),
    ("", "metadata=0", "metadata=1/1", "metadata=0xff00000000"),
    ("", "dl_vlan=5", "dl_vlan=6", "vlan_tci=0", "vlan_tci=0x0001/0x0001", "vlan_tci=0x1000/0x1000", "dl_vlan_pcp=5"),
    ("ipv4", "nw_src=10.0.0.1", "nw_src=10.0.0.2", "nw_src=10.0.0.0/16", "nw_src=0.0.0.1/0.0.0.1"),
    ("ipv4", "nw_dst=10.0.0.1", "nw_dst=10.0.0.0/23", "nw_dst=10.0.0.2/255.0.0.255"),
    ("ip", "nw_tos=184", "nw_tos=0", "nw_ecn=1", "nw_ttl=64", "nw_ttl=1", "nw_ttl=63"),
    ("fragments", "ip_frag=yes", "ip_frag=no", "ip_frag=first", "ip_frag=not_later"),
    ("ports", "tp_src=80", "tp_src=53", "tp_src=0x50/0xfff0", "tp_dst=80", "tp_dst=22", "tp_dst=0x1000/0xf000"),
    ("tcp", "tcp_flags=+syn-ack", "tcp_flags=+ack", "tcp_flags=0x012"),
    ("icmp", "icmp_type=8", "icmp_type=128", "icmp_code=1"),
    ("ipv6", "ipv6_src=fd00::1", "ipv6_src=fd00::/64", "ipv6_dst=fd00::2", "ipv6_dst=fd00::/63", "ipv6_dst=::2/::2"),
    ("arp", "arp_op=1", "arp_op=2", "arp_spa=10.0.0.0/24", "arp_tpa=10.0.0.2", "arp_sha=02:00:00:00:00:01"),
)

# What changes the frame, or what is known of it; in any version of OpenFlow.
CHANGES = (
    ("", "mod_dl_src:02:00:00:00:00:01", "mod_dl_src:0e:ff:ff:ff:ff:ff"),
    ("", "mod_dl_dst:02:00:00:00:00:02", "mod_dl_dst:01:02:03:04:05:06"),
    ("", "load:1->NXM_NX_REG0[]", "load:5->NXM_NX_REG1[]", "load:1->NXM_NX_REG0[0]", "note:01.02.03"),
    ("", "move:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15]", "move:NXM_NX_REG0[0..7]->NXM_NX_REG0[8..15]"),
    ("", "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]", "move:NXM_NX_REG1[0..5]->NXM_OF_ETH_DST[0..5]"),
    ("", "load:9->NXM_OF_ETH_DST[40..47]", "load:3->NXM_OF_ETH_SRC[0..7]"),
    ("ipv4", "mod_nw_src:10.0.0.2", "mod_nw_src:255.255.255.255", "mod_nw_src:0.0.0.0"),
    ("ipv4", "mod_nw_dst:10.0.0.1", "mod_nw_dst:192.168.0.1", "load:9->NXM_OF_IP_DST[8..15]"),
    ("ipv4", "move:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[]", "move:NXM_OF_IP_DST[0..7]->NXM_OF_IP_SRC[24..31]"),
    ("ip", "mod_nw_tos:184", "mod_nw_tos:0", "mod_nw_ecn:1", "load:12->NXM_OF_IP_TOS[2..7]"),
    ("ip", "mod_nw_ttl:64", "mod_nw_ttl:1"),
    ("ports", "mod_tp_src:80", "mod_tp_src:65535", "mod_tp_dst:22", "mod_tp_dst:4660"),
    ("whole", "load:1->NXM_OF_TCP_DST[0..3]", "move:NXM_OF_TCP_SRC[]->NXM_OF_TCP_DST[]", "move:NXM_OF_TCP_SRC[0..7]->NXM_OF_TCP_DST[8..15]"),
    ("ipv6", "set_field:fd00::2->ipv6_src", "load:7->NXM_NX_IPV6_SRC[0..15]", "set_field:fe80::1->ipv6_dst"),
    ("ipv6", "move:NXM_NX_IPV6_SRC[0..31]->NXM_NX_IPV6_DST[96..127]"),
    ("arp", "load:2->NXM_OF_ARP_OP[]", "load:0x0a000009->NXM_OF_ARP_SPA[]", "load:0x0a000008->NXM_OF_ARP_TPA[]"),
    ("arp", "load:0x020000000009->NXM_NX_ARP_SHA[]", "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[]"),
)

# What controllers are told of, if there are any.
DEC_TTL = (("ip", "dec_ttl"),)

# Those that are OpenFlow 1.0's: what later versions make of them depends on what a flow matches.
CHANGES_10 = (
    ("", "mod_vlan_vid:5", "mod_vlan_vid:6", "mod_vlan_vid:4094", "load:0x1006->NXM_OF_VLAN_TCI[]"),
    ("", "strip_vlan"),
)
ODD_CHANGES_10 = (("", "move:NXM_OF_ETH_SRC[0..11]->NXM_OF_VLAN_TCI[0..11]", "load:2->NXM_OF_VLAN_TCI[13..15]",
                   "mod_vlan_pcp:5", "mod_vlan_pcp:0", "mod_vlan_vid:0", "load:0xfff->NXM_OF_VLAN_TCI[0..11]"),)

# Those that it has not.
CHANGES_15 = (
    ("", "load:1->OXM_OF_METADATA[0]", "set_field:0xff00000000->metadata", "set_field:1/1->metadata"),
    ("", "set_field:02:00:00:00:00:00/ff:ff:ff:00:00:00->eth_dst", "set_field:6->reg1", "set_field:2/3->reg0"),
    ("ipv4", "set_field:0.0.9.0/0.0.255.0->ip_dst", "set_field:10.0.0.7->ip_src"),
    ("ip", "set_field:12->ip_dscp", "set_field:2->nw_ecn", "set_field:2->nw_ttl"),
    ("ipv6", "set_field:::/::ffff->ipv6_src"),
    ("arp", "set_field:1->arp_op", "set_field:10.0.0.9->arp_spa", "set_field:02:00:00:00:00:08->arp_tha"),
)

# In those versions, flows have to know that there is a tag before they take it off.
PUSHES = ("push_vlan:0x8100,set_field:4102->vlan_vid,set_field:7->vlan_pcp", "push_vlan:0x88a8,set_field:4101->vlan_vid")
ODD_PUSHES = ("push_vlan:0x8100", "push_vlan:0x88a8,set_field:3->vlan_pcp", "push_vlan:0x88a8,set_field:8191->vlan_vid")
TAGGED = ("dl_vlan", "vlan_tci=0x1000")
UNTAGGED = "vlan_tci=0"
TO_TAGGED = ("pop_vlan", "pop_vlan", "set_field:4101->vlan_vid", "set_field:3->vlan_pcp")

OUTPUTS = ("output:1", "output:2", "output:3", "output:4", f"output:{PORTS + 1}", "in_port", "all", "flood", "LOCAL")
GROUP_TYPES = ("all", "all", "indirect", "ff")


@dataclass
class Tables:
    """version: of OpenFlow, in whose words they are said. rewrites: do any change what is behind the Ethernet header?
    normal: do any say NORMAL? groups and flows: lines for add-groups and add-flows."""

    version: str
    rewrites: bool
    normal: bool
    groups: list
    flows: list


class Author:
    """Draws from `random`, a random.Random."""

    def __init__(self, random):
        self.random = random
        self.newer, self.rewrites, self.normal = False, False, False
        # Are controllers told of frames? Then Open vSwitch looks at these anew, and behind two tags it sees no IP and
        # rewrites none: no tags are pushed.
        self.tells = False
        self.tags = 0    # that a flow knows to be there
        self.pushes = 0  # that it may make: more than two tags are more than Open vSwitch keeps

    def tables(self):
        """In the words of OpenFlow 1.0, or in those of 1.5, and with groups then. Half have NORMAL, half odd VLAN tags,
        which NORMAL may refuse."""
        self.newer, self.rewrites, self.normal = self._chance(2), not self._chance(3), self._chance(2)
        self.tells = not self.newer or self._chance(2)
        groups = [self._group(number) for number in range(1, GROUPS + 1)] if self.newer else []
        priorities = self.random.sample(range(1, 1000), self.random.randint(1, FLOWS))
        return Tables("OpenFlow15" if self.newer else "OpenFlow10", self.rewrites, self.normal, groups,
                      [self._flow(one) for one in priorities])

    def _chance(self, of):
        return self.random.randrange(of) == 0

    def _phrase(self, phrases, has):
        """One that is for such frames."""
        return self.random.choice(self.random.choice([texts for needs, *texts in phrases if not needs or needs in has]))

    def _flow(self, priority):
        """Most are where frames come by, in the first table."""
        kind, has = self.random.choice(KINDS)
        has = has.split()
        table = 0 if self._chance(2) else self.random.randrange(TABLES)
        one_in = self.random.randint(2, 10)
        matches = [kind] if kind else []
        matches += [self.random.choice(texts) for needs, *texts in MATCHES
                    if (not needs or needs in has) and self._chance(one_in)]
        self.tags = any(match.startswith(TAGGED) for match in matches)
        self.pushes = 0 if table else 2 if UNTAGGED in matches else 1
        return ",".join([f"table={table}", f"priority={priority}", *matches,
                         "actions=" + ",".join(self._actions(has, table) or ["drop"])])

    def _changes(self, has, at_most=3):
        phrases = CHANGES + (CHANGES_15 if self.newer else CHANGES_10)
        phrases += DEC_TTL if self.tells else ()
        has = has if self.rewrites else ()
        phrases += ODD_CHANGES_10 if not self.newer and not self.normal else ()
        return [self._tag() if self.newer and self._chance(4) else self._phrase(phrases, has)
                for _ in range(self.random.randint(0, at_most))]

    def _tag(self):
        pushes = PUSHES + (() if self.normal else ODD_PUSHES)
        text = self.random.choice((pushes if self.pushes and not self.tells else ()) + (TO_TAGGED if self.tags else ()) or ("note:09",))
        more = ("push" in text) - ("pop" in text)
        self.tags += more
        self.pushes -= more
        return text

    def _output(self):
        """As a rule one."""
        if self._chance(8):
            return []
        if self.newer and self._chance(5):
            return [f"group:{self.random.randint(1, GROUPS)}"]
        return [self._port()]

    def _port(self):
        if self.normal and self._chance(5):
            return "NORMAL"
        if self.tells and self._chance(10):
            return "CONTROLLER"
        return self.random.choice(OUTPUTS)

    def _resubmit(self, table):
        """To a table behind this one, so that no frame goes round."""
        if table + 1 >= TABLES:
            return []
        port = self.random.randint(1, PORTS) if self._chance(3) else ""
        return [f"resubmit({port},{self.random.randrange(table + 1, TABLES)})"]

    def _clone(self, has, table):
        tags, pushes = self.tags, self.pushes
        inner = self._changes(has) + (self._resubmit(table) if self._chance(3) else []) + self._output()
        self.tags, self.pushes = tags, pushes
        return [f"clone({','.join(inner)})"] if inner else []

    def _actions(self, has, table):
        actions = self._changes(has)
        for one_in, part in ((5, lambda: self._clone(has, table)), (5, lambda: self._resubmit(table)),
                             (3, lambda: self._output() + self._changes(has, 2)), (1, self._output)):
            if self._chance(one_in):
                actions += part()
        if self.newer and table + 1 < TABLES and self._chance(3):
            # Instructions come in their own order: metadata is written before the frame goes to the table.
            actions += ["write_metadata:1/1"] * self._chance(3)
            actions.append(f"goto_table:{self.random.randrange(table + 1, TABLES)}")
        return actions

    def _group(self, number):
        """None is a select group: which bucket it takes, each switch says for itself."""
        kind = self.random.choice(GROUP_TYPES)
        count = 1 if kind == "indirect" else self.random.randint(1, BUCKETS)
        buckets = "".join(f",bucket={self._bucket(kind, number)}" for _ in range(count))
        return f"group_id={number},type={kind}{buckets}"

    def _bucket(self, kind, number):
        """Changes are tried on frames of any kind; other groups are those with lower numbers."""
        has = {*self.random.choice(KINDS)[1].split()} - {"ports", "tcp", "whole"}
        self.tags, self.pushes = 1, 0
        actions = self._changes(has, 3)
        for _ in range(self.random.choice((1, 1, 2))):
            group = number > 1 and self._chance(6)
            actions.insert(self.random.randint(0, len(actions)),
                           f"group:{self.random.randrange(1, number)}" if group else self._port())
        watched = f"watch_port:{self.random.randint(1, PORTS + 1)}," if kind == "ff" else ""
        return watched + "actions=" + ",".join(actions)
