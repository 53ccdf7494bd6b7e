/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/dp.h"
#include "switchd/process.h"

int main(int argc, char **argv)
{
	return process_main(argc, argv, &dp_bpf);
}
