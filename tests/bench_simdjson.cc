/* bench_simdjson FILE - the yardstick for reading event logs: simdjson over every event of FILE.
 *
 * Each event is indexed whole, which checks its structure, and only its name is read. */
#include <cstdio>
#include <simdjson.h>

int main(int argc, char **argv)
{
	simdjson::padded_string text;
	simdjson::ondemand::parser parser;
	simdjson::ondemand::document_stream events;
	size_t count = 0, bytes = 0;

	if (argc != 2 || simdjson::padded_string::load(argv[1]).get(text) ||
	    parser.iterate_many(text, 16 << 20).get(events))
		return 2;
	for (auto event : events) {
		std::string_view name;

		if (event["Event"].get_string().get(name))
			return 1;
		count++;
		bytes += name.size();
	}
	std::printf("%zu events, %zu bytes of names\n", count, bytes);
	return 0;
}
