/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the action NORMAL does in the bridge of flow_bridge.h, whose ports are trunks of all VLANs
 * and which knows some stations. It learns nothing.
 */
#ifndef XVS_TEST_FLOW_NORMAL_H
#define XVS_TEST_FLOW_NORMAL_H

#include "tests/datapath/flow_reference.h"
#include "tests/datapath/harness.h"

void flow_normal_stations(struct test *test);

/*
 * Puts what leaves by ports in the place of outputs to NORMAL; a station stays where it is when its
 * port is down. Returns whether XDP may leave it to
 * TC, as it does with link-local addresses, two tags, and priority tags when it floods.
 */
bool flow_normal_resolve(struct reference_result *result, const struct reference_bridge *bridge,
			 uint16_t in_port);

#endif
