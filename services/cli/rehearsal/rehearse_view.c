/* rehearse_view -- what one sees of a rehearsal: on a terminal a few lines
 * drawn again and again, else a line every few seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/rehearsal/rehearsal.h"

#define DRAW_MS 250
#define LINE_MS 3000
#define BAR_CELLS 32
#define NAME_CELLS 34

/* ---- the newest numbers ---- */

static void
replace(json_t **kept, struct api_answer *answer)
{
    if (api_is_ok(answer)) {
        json_decref(*kept);
        *kept = json_incref(answer->body);
    }
    api_answer_clear(answer);
}

static void
fetch_newest(struct rehearsal *r)
{
    struct api_answer answer =
        api_get(r->organiser, "/v1/campaigns/%s/actions/%s/attendance",
                r->campaign, r->action);
    replace(&r->attendance, &answer);
    if (r->broadcast != NULL) {
        answer = api_get(r->organiser, "/v1/campaigns/%s/broadcasts/%s",
                         r->campaign, field_text(r->broadcast, "id"));
        replace(&r->broadcast, &answer);
    }
}

/* Of a channel: all that is neither waiting nor on its way. */
static long long
settled_of(const json_t *channel)
{
    const json_t *counts = json_object_get(channel, "counts");
    return field_whole(channel, "audience") - field_whole(counts, "pending") -
           field_whole(counts, "leased") - field_whole(counts, "deferred");
}

/* Who had to be asked. */
static long long
count_alone(const struct rehearsal *r)
{
    return r->people_count - (long long)r->ways[GUEST_VOUCHED];
}

/* ---- on a terminal ---- */

static void
draw_line(struct rehearsal *r)
{
    (void)fputs("\033[K\n", stdout);
    r->lines_drawn++;
}

/* Padded to NAME_CELLS characters, which are not bytes. */
static void
draw_name(const char *name)
{
    int cells = 0;
    (void)fputs("  ", stdout);
    for (const char *c = name; *c != '\0'; c++) {
        bool is_first = ((unsigned char)*c & 0xc0) != 0x80;
        if (is_first && ++cells > NAME_CELLS) {
            break;
        }
        (void)putchar(*c);
    }
    for (; cells <= NAME_CELLS; cells++) {
        (void)putchar(' ');
    }
}

static void
draw_bar(struct rehearsal *r, const char *name, long long value, long long of)
{
    long long cells = of > 0 ? value * BAR_CELLS / of : 0;
    draw_name(name);
    for (long long i = 0; i < BAR_CELLS; i++) {
        (void)fputs(i < cells ? "\u2588" : "\u2591", stdout);
    }
    (void)printf(" %lld", value);
    if (of > 0) {
        (void)printf(" of %lld", of);
    }
    draw_line(r);
}

/* The states that matter, beside a channel's bar. */
static void
draw_states(struct rehearsal *r, const json_t *channel)
{
    json_t *counts = json_object_get(channel, "counts");
    const char *state;
    json_t *count;
    (void)fputs("  ", stdout);
    json_object_foreach(counts, state, count)
    {
        if (json_integer_value(count) > 0) {
            (void)printf("  %s %lld", state,
                         (long long)json_integer_value(count));
        }
    }
    draw_line(r);
}

static void
draw_sending(struct rehearsal *r)
{
    const json_t *channels = json_object_get(r->broadcast, "channels");
    for (size_t i = 0; i < json_array_size(channels); i++) {
        const json_t *channel = json_array_get(channels, i);
        char name[40];
        (void)snprintf(name, sizeof(name), "sending %s",
                       field_text(channel, "channel"));
        draw_bar(r, name, settled_of(channel),
                 field_whole(channel, "audience"));
        draw_states(r, channel);
    }
}

static void
draw_gates(struct rehearsal *r)
{
    const json_t *gates = json_object_get(r->attendance, "gates");
    long long largest = 1;
    for (size_t i = 0; i < json_array_size(gates); i++) {
        long long inside = field_whole(json_array_get(gates, i), "inside");
        largest = inside > largest ? inside : largest;
    }
    for (size_t i = 0; i < json_array_size(gates); i++) {
        const json_t *gate = json_array_get(gates, i);
        long long inside = field_whole(gate, "inside");
        long long cells = inside * BAR_CELLS / largest;
        draw_name(field_text(gate, "name"));
        for (long long cell = 0; cell < cells; cell++) {
            (void)fputs("\u2588", stdout);
        }
        (void)printf(" %lld", inside);
        draw_line(r);
    }
}

static void
draw(struct rehearsal *r)
{
    if (r->lines_drawn > 0) {
        (void)printf("\033[%dA", r->lines_drawn);
    }
    r->lines_drawn = 0;
    (void)printf("%s", r->phase);
    draw_line(r);
    draw_bar(r, "signed up", (long long)r->signed_up, r->people_count);
    draw_bar(r, "message came, by themselves", (long long)r->messages,
             count_alone(r));
    draw_bar(r, "pressed \"Yes\" or \"Not me\"", (long long)r->answered,
             count_alone(r));
    draw_sending(r);
    (void)printf("  \033[1m%lld here\033[0m, %lld arrived, %lld expected",
                 field_whole(r->attendance, "inside"),
                 field_whole(r->attendance, "arrived"),
                 field_whole(r->attendance, "signed_up"));
    draw_line(r);
    draw_gates(r);
    (void)fputs("\033[J", stdout);
    (void)fflush(stdout);
}

/* ---- to a file or a pipe ---- */

static void
write_line(const struct rehearsal *r)
{
    const json_t *channels = json_object_get(r->broadcast, "channels");
    (void)printf("%s: %zu signed up; %zu of %lld answered their message",
                 r->phase, r->signed_up, r->answered, count_alone(r));
    for (size_t i = 0; i < json_array_size(channels); i++) {
        const json_t *channel = json_array_get(channels, i);
        (void)printf("; %s %lld of %lld", field_text(channel, "channel"),
                     settled_of(channel), field_whole(channel, "audience"));
    }
    (void)printf("; %lld here, %lld arrived\n",
                 field_whole(r->attendance, "inside"),
                 field_whole(r->attendance, "arrived"));
    (void)fflush(stdout);
}

static void
show(struct rehearsal *r)
{
    fetch_newest(r);
    r->drawn_ms = clock_boot_ms();
    if (r->is_terminal) {
        draw(r);
    } else {
        write_line(r);
    }
}

void
view_refresh(struct rehearsal *r)
{
    int64_t pause_ms = r->is_terminal ? DRAW_MS : LINE_MS;
    if (clock_boot_ms() - r->drawn_ms >= pause_ms) {
        show(r);
    }
}

void
view_finish(struct rehearsal *r)
{
    show(r);
    r->lines_drawn = 0;
}
