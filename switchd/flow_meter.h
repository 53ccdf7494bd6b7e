/* SPDX-License-Identifier: BSD-2-Clause */
/* Meters (ovs-ofctl(8), "Meter Syntax"): what exceeds a rate is dropped. */
#ifndef XVS_FLOW_METER_H
#define XVS_FLOW_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "datapath/types.h"
#include "db/error.h"
#include "db/text.h"

#define FLOW_METER_MAX 0xffff0000u /* the greatest number */

struct flow_meter_band {
	uint32_t rate;  /* kbit or frames in a second; not 0 */
	uint32_t burst; /* kbit or frames, not 0; 0 where the meter's bursts were not said */
};

struct flow_meter {
	uint32_t id;
	bool pktps; /* frames, not kbit */
	bool burst; /* bands say their bursts */
	bool stats;
	size_t n_bands; /* at least one */
	struct flow_meter_band band[XVS_METER_BANDS];
};

/* Reads what add-meter takes: "meter=1,kbps,burst,bands=type=drop,rate=1000,burst_size=100".
 * -EINVAL with ovs-ofctl's kind of sentence. */
int flow_meter_parse(struct flow_meter *meter, const char *text, struct error *error);

/* As dump-meters has it: a line for the meter, and one for each band, the last without a newline.
 * flow_meter_parse() reads it back. */
void flow_meter_print(struct text *text, const struct flow_meter *meter);

/* What meter-stats tells of a meter besides what is counted. */
struct flow_meter_stats {
	uint64_t duration_ns;
	uint32_t flows; /* that use it */
	const struct xvs_meter *counts;
};

/* As meter-stats has it: a line for the meter, and one for each band, the last without a newline.
 */
void flow_meter_print_stats(struct text *text, const struct flow_meter *meter,
			    const struct flow_meter_stats *stats);

/* What the data path keeps to. A band without a burst gets what its rate gives in a second. The
 * counts are 0. */
void flow_meter_make(struct xvs_meter *made, const struct flow_meter *meter);

#endif
