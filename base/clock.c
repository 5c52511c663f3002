#include "base/base.h"
#include "base/clock.h"

int64_t clock_days(int64_t year, unsigned month, unsigned day)
{
	/* Years that begin in March put the leap day last; 400 of them are 146,097 days. */
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t month_of_year = (int64_t)((month + 9) % 12);
	int64_t day_of_year = (153 * month_of_year + 2) / 5 + (int64_t)day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

int64_t clock_ms(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute,
		 unsigned second, unsigned millisecond)
{
	int64_t minutes = ((int64_t)hour * 60 + minute) * 60 + second;

	return clock_days(year, month, day) * MS_PER_DAY + minutes * 1000 + millisecond;
}

struct civil {
	int64_t year;
	unsigned month, day, hour, minute, second, millisecond;
};

static struct civil civil_from_ms(int64_t epoch_ms)
{
	int64_t days = epoch_ms / MS_PER_DAY, ms = epoch_ms % MS_PER_DAY;
	int64_t era, day_of_era, year_of_era, day_of_year, month;
	struct civil c;

	if (ms < 0) {
		ms += MS_PER_DAY;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	c.day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
	c.month = (unsigned)(month < 10 ? month + 3 : month - 9);
	c.year = year_of_era + era * 400 + (c.month <= 2);
	c.hour = (unsigned)(ms / 3600000);
	c.minute = (unsigned)(ms / 60000 % 60);
	c.second = (unsigned)(ms / 1000 % 60);
	c.millisecond = (unsigned)(ms % 1000);
	return c;
}

/* The buffers of callers are for one line; past their ceiling the time is left out. */
void clock_show_time(struct buf *out, int64_t epoch_ms)
{
	struct civil c = civil_from_ms(epoch_ms);

	if (!buf_addf(out, "%02u:%02u:%02u", c.hour, c.minute, c.second))
		return;
}

void clock_show(struct buf *out, int64_t epoch_ms)
{
	struct civil c = civil_from_ms(epoch_ms);

	if (!buf_addf(out, "%04" PRId64 "-%02u-%02u ", c.year, c.month, c.day))
		return;
	clock_show_time(out, epoch_ms);
}

void clock_show_iso(struct buf *out, int64_t epoch_ms)
{
	struct civil c = civil_from_ms(epoch_ms);

	if (!buf_addf(out, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02u.%03uZ", c.year, c.month, c.day,
		      c.hour, c.minute, c.second, c.millisecond))
		return;
}
