/* budgets_flow -- how much of each limit on messages to the unproved is used
 * today, and whether something was kept back of late. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/store_consent.h"
#include "services/signup/supporter/budgets.h"
#include "services/signup/supporter/flows.h"

#define ALARM_MS 3600000
#define DAY_MS INT64_C(86400000)
#define MICROS_A_PENNY 10000U
#define FIELD_SIZE 24

struct showing {
    struct asked *asked;
    struct campaign *campaign;
};

/* A row for each limit: its name, what counts as used, where it keeps back.
 * Beside them, in the last place: texts to strangers who ask for a code. */
static const struct {
    const char *name, *used; /* NULL: nothing is */
    enum allow verdict;
} rows[] = {
    {"entry", "entry", ALLOW_NOT_ENTRY},
    {"country", NULL, ALLOW_NOT_COUNTRY},
    {"contact-hour", "hour", ALLOW_NOT_HOUR},
    {"contact-day", "day", ALLOW_NOT_DAY},
    {"block", "block", ALLOW_NOT_BLOCK},
    {"pence-day", "texts", ALLOW_NOT_MONEY},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define BUDGETS (ROWS + 1)

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void budgets_done(void *arg, enum err err,
                         const struct store_reply *reply);

void
budgets_flow_get(struct asked *asked)
{
    struct showing *s = mem_new(sizeof(*s));
    s->asked = asked;
    const char *id = signup_request(asked)->get_budgets->campaign;
    struct campaign *known = campaigns_find(signup_of(asked)->campaigns, id);
    if (known != NULL) {
        campaign_done(s, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, id, campaign_done, s);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct showing *s = arg;
    if (err != ERR_NONE) {
        asked_refuse(s->asked, err, detail);
        free(s);
        return;
    }
    s->campaign = value;
    su_read_budgets(signup_of(s->asked)->su, s->campaign->id, clock_wall_ms(),
                    budgets_done, s);
}

/* Of a list of fields and values; 0: not there. */
static uint64_t
find_value(const struct store_reply *list, const char *field)
{
    for (size_t i = 0; i + 1 < list->count; i += 2) {
        if (strcmp(list->items[i].string, field) == 0) {
            return strtoull(list->items[i + 1].string, NULL, 10);
        }
    }
    return 0;
}

static uint64_t
max_of(const struct allow_limits_row *limits, enum allow verdict)
{
    const uint64_t max[ALLOW_COUNT] = {[ALLOW_NOT_ENTRY] = limits->entry_max,
                                       [ALLOW_NOT_HOUR] = limits->hour_max,
                                       [ALLOW_NOT_DAY] = limits->day_max,
                                       [ALLOW_NOT_BLOCK] = limits->block_tries,
                                       [ALLOW_NOT_MONEY] =
                                           limits->day_micros / MICROS_A_PENNY};
    return max[verdict];
}

static bool
is_of_late(uint64_t at_ms)
{
    return at_ms != 0 && clock_wall_ms() - (int64_t)at_ms < ALARM_MS;
}

static void
fill(const struct allow_limits_row *limits, const struct store_reply *reply,
     size_t i, Signup__Budget *to)
{
    const struct store_reply *totals = &reply->items[0];
    char held[FIELD_SIZE], since[FIELD_SIZE];
    (void)snprintf(held, sizeof(held), "held:%d", (int)rows[i].verdict);
    (void)snprintf(since, sizeof(since), "since:%d", (int)rows[i].verdict);
    signup__budget__init(to);
    to->name = (char *)rows[i].name;
    to->used = rows[i].used == NULL ? 0 : find_value(totals, rows[i].used);
    if (rows[i].verdict == ALLOW_NOT_MONEY) {
        to->used = to->used * limits->text_micros / MICROS_A_PENNY;
    }
    to->max = max_of(limits, rows[i].verdict);
    to->held_back = find_value(totals, held);
    to->since_ms = (int64_t)find_value(totals, since);
    (void)snprintf(held, sizeof(held), "%d", (int)rows[i].verdict);
    to->is_alarm = is_of_late(find_value(&reply->items[1], held));
}

/* Of another day: nothing is used or held back yet. */
static void
fill_codes(const struct store_reply *packed, Signup__Budget *to)
{
    struct code_day_row day = {0};
    struct bytes bytes = bytes_of(packed->string, packed->len);
    uint32_t today = (uint32_t)(clock_wall_ms() / DAY_MS);
    bool is_kept = packed->len > 0 && code_day_row_read(&bytes, &day);
    signup__budget__init(to);
    to->name = "codes-day";
    to->max = SU_CODE_STRANGERS_DAY_MAX;
    if (is_kept && day.day == today) {
        to->used = day.texts;
        to->held_back = day.held;
        to->since_ms = (int64_t)day.since;
    }
    to->is_alarm = is_kept && is_of_late(day.last);
}

static void
budgets_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct showing *s = arg;
    if (err == ERR_NONE && reply->count != 3) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        asked_refuse(s->asked, err, NULL);
        free(s);
        return;
    }
    Signup__Budget budgets[BUDGETS], *pointers[BUDGETS];
    Signup__Budgets list = SIGNUP__BUDGETS__INIT;
    list.n_budgets = BUDGETS;
    list.budgets = pointers;
    const struct allow_limits_row limits =
        budgets_limits(signup_of(s->asked)->service.conf);
    for (size_t i = 0; i < ROWS; i++) {
        fill(&limits, reply, i, &budgets[i]);
    }
    fill_codes(&reply->items[2], &budgets[ROWS]);
    for (size_t i = 0; i < BUDGETS; i++) {
        budgets[i].has_since_ms = budgets[i].since_ms != 0;
        budgets[i].has_is_alarm = true;
        pointers[i] = &budgets[i];
        list.is_alarm |= budgets[i].is_alarm;
    }
    Signup__Reply message = SIGNUP__REPLY__INIT;
    message.is_case = SIGNUP__REPLY__IS_GET_BUDGETS;
    message.get_budgets = &list;
    asked_answer(s->asked, &message);
    free(s);
}
