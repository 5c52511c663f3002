/* Replays files through a fuzz target without libFuzzer: `replay_x FILE...`. */
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Seeds are small; a larger file is used up to here. */
enum { SEED_BYTES_MAX = 1 << 20 };

int main(int argc, char **argv)
{
	uint8_t *bytes = malloc(SEED_BYTES_MAX);

	if (!bytes)
		die_no_memory();
	for (int i = 1; i < argc; i++) {
		FILE *in = fopen(argv[i], "rb");
		size_t len;

		if (!in) {
			fprintf(stderr, "%s: cannot be opened\n", argv[i]);
			return 1;
		}
		len = fread(bytes, 1, SEED_BYTES_MAX, in);
		fclose(in);
		LLVMFuzzerTestOneInput(bytes, len);
	}
	free(bytes);
	return 0;
}
