/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/boot.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

void boot_id(char id[BOOT_ID_LEN + 1])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, id, BOOT_ID_LEN);

	id[length > 0 ? length : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

uint64_t boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
