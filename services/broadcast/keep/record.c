/* record -- one broadcast as Redis holds it, read into a struct. */
#include "services/broadcast/keep/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"

struct field {
    struct record *record;
    const char *name, *value;
    size_t len;
};

static int64_t
number_of(const struct field *field)
{
    return strtoll(field->value, NULL, 10);
}

static void
copy_text(char *to, size_t size, const struct field *field)
{
    (void)snprintf(to, size, "%s", field->value);
}

static void
read_content(const struct field *f)
{
    wire_free(f->record->content);
    f->record->content = wire_unpack(&broadcast__content__descriptor, f->value,
                                     f->len, BUS_BODY_BYTES_MAX);
}

/* By its name; 0.1 kept the number. */
static Broadcast__Stage
stage_of(const struct field *f)
{
#define STAGE_ROW(number, name) {BROADCAST__STAGE__##number, #name},
    static const struct {
        Broadcast__Stage stage;
        const char *name;
    } rows[] = {STAGE_NAMES_TABLE(STAGE_ROW)};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (strcmp(rows[i].name, f->value) == 0) {
            return rows[i].stage;
        }
    }
    int64_t number = number_of(f);
    if (number < BROADCAST__STAGE__DRAFT ||
        number > BROADCAST__STAGE__STANDING) {
        log_error("record.unknown_stage", log_str("broadcast", f->record->id),
                  log_str("stage", f->value));
        return BROADCAST__STAGE__STAGE_NONE;
    }
    return (Broadcast__Stage)number;
}

static void
read_stage(const struct field *f)
{
    f->record->stage = stage_of(f);
}

static void
read_resume_to(const struct field *f)
{
    f->record->resume_to = stage_of(f);
}

static void
read_hash(const struct field *f)
{
    copy_text(f->record->hash, sizeof(f->record->hash), f);
}

static void
read_made_by(const struct field *f)
{
    copy_text(f->record->made_by, sizeof(f->record->made_by), f);
}

static void
read_approved_by(const struct field *f)
{
    copy_text(f->record->approved_by, sizeof(f->record->approved_by), f);
}

static void
read_frozen(const struct field *f)
{
    copy_text(f->record->frozen, sizeof(f->record->frozen), f);
}

static void
read_rev(const struct field *f)
{
    f->record->revision = (uint64_t)number_of(f);
}

static void
read_cursor(const struct field *f)
{
    f->record->cursor = (uint64_t)number_of(f);
}

static void
read_retired(const struct field *f)
{
    f->record->is_retired = number_of(f) == 1;
}

static void
read_why(const struct field *f)
{
    copy_text(f->record->why, sizeof(f->record->why), f);
}

static const struct {
    const char *name;
    void (*read)(const struct field *field);
} texts[] = {
    {"content", read_content},
    {"stage", read_stage},
    {"resume_to", read_resume_to},
    {"hash", read_hash},
    {"made_by", read_made_by},
    {"approved_by", read_approved_by},
    {"frozen", read_frozen},
    {"rev", read_rev},
    {"cursor", read_cursor},
    {"retired", read_retired},
    {"why", read_why},
};

static const struct {
    const char *name;
    size_t at;
} times[] = {
    {"made_at", offsetof(struct record, made_at_ms)},
    {"started_at", offsetof(struct record, started_at_ms)},
    {"expires_at", offsetof(struct record, expires_at_ms)},
    {"ended_at", offsetof(struct record, ended_at_ms)},
};

/* k1, n1.4, w2.3 */
static bool
read_counter(const struct field *f)
{
    int channel = f->name[1] - '1';
    if (channel < 0 || channel >= RECORD_CHANNELS) {
        return false;
    }
    uint32_t value = (uint32_t)number_of(f);
    if (f->name[0] == 'k' && f->name[2] == '\0') {
        f->record->chunks[channel] = value;
        return true;
    }
    if (f->name[2] != '.') {
        return false;
    }
    unsigned long index = strtoul(f->name + 3, NULL, 10);
    if (f->name[0] == 'n' && index < LEDGER_STATES) {
        f->record->counts[channel][index] = value;
    } else if (f->name[0] == 'w' && index < RECORD_RULES) {
        f->record->withheld[channel][index] = value;
    }
    return true;
}

static void
read_field(const struct field *field)
{
    if (strchr("knw", field->name[0]) != NULL && read_counter(field)) {
        return;
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        if (strcmp(texts[i].name, field->name) == 0) {
            texts[i].read(field);
            return;
        }
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        if (strcmp(times[i].name, field->name) == 0) {
            int64_t value = number_of(field);
            memcpy((char *)field->record + times[i].at, &value, sizeof(value));
        }
    }
}

struct record *
record_read(const char *id, const struct store_reply *reply)
{
    if (reply->type != STORE_ARRAY || reply->count == 0) {
        return NULL;
    }
    struct record *record = mem_new(sizeof(*record));
    (void)snprintf(record->id, sizeof(record->id), "%s", id);
    for (size_t i = 0; i + 1 < reply->count; i += 2) {
        const struct store_reply *name = &reply->items[i];
        const struct store_reply *value = &reply->items[i + 1];
        if (name->type == STORE_STRING && name->len > 1 &&
            value->type == STORE_STRING) {
            read_field(&(struct field){record, name->string, value->string,
                                       value->len});
        }
    }
    /* What cannot be understood is not guessed at. */
    if (record->content == NULL ||
        record->stage == BROADCAST__STAGE__STAGE_NONE) {
        record_free(&record);
    }
    return record;
}

void
record_free(struct record **record)
{
    if (*record == NULL) {
        return;
    }
    wire_free((*record)->content);
    free(*record);
    *record = NULL;
}

bool
record_has(const struct record *record, int channel)
{
    return channel == 1 ? record->content->sms_text != NULL
                        : record->content->email_text != NULL;
}

const char *
record_channels(const struct record *record)
{
    if (!record_has(record, 2)) {
        return "1";
    }
    return record_has(record, 1) ? "12" : "2";
}

bool
record_is_system(const struct record *record)
{
    return record->content->class_ == WORDS__CLASS__CLASS_CONFIRMATION ||
           record->content->class_ == WORDS__CLASS__CLASS_NOTE;
}

uint32_t
record_open(const struct record *record)
{
    uint32_t open = 0;
    for (int i = 0; i < RECORD_CHANNELS; i++) {
        const uint32_t *counts = record->counts[i];
        open += counts[WORDS__RECIPIENT_STATE__PENDING] +
                counts[WORDS__RECIPIENT_STATE__LEASED] +
                counts[WORDS__RECIPIENT_STATE__DEFERRED];
    }
    return open;
}

static void
show_counts(const struct record *record, int i, struct record_view *view)
{
    Broadcast__ChannelProgress *progress = &view->channels[i];
    for (unsigned state = 1; state < LEDGER_STATES; state++) {
        uint32_t count = record->counts[i][state];
        if (count == 0) {
            continue;
        }
        Broadcast__StateCount *shown = &view->counts[i][progress->n_counts];
        broadcast__state_count__init(shown);
        shown->state = (Words__RecipientState)state;
        shown->count = count;
        view->count_list[i][progress->n_counts++] = shown;
        progress->audience += count;
    }
    progress->counts = view->count_list[i];
}

static void
show_withheld(const struct record *record, int i, struct record_view *view)
{
    Broadcast__ChannelProgress *progress = &view->channels[i];
    for (unsigned rule = 0; rule < RECORD_RULES; rule++) {
        if (record->withheld[i][rule] == 0) {
            continue;
        }
        Signup__Excluded *shown = &view->withheld[i][progress->n_withheld];
        signup__excluded__init(shown);
        shown->rule = (Words__Rule)rule;
        shown->count = record->withheld[i][rule];
        view->withheld_list[i][progress->n_withheld++] = shown;
    }
    progress->withheld = view->withheld_list[i];
}

static void
show_times(const struct record *record, Broadcast__Broadcast *message)
{
    message->made_at_ms = record->made_at_ms;
    message->has_started_at_ms = record->started_at_ms != 0;
    message->started_at_ms = record->started_at_ms;
    message->has_ended_at_ms = record->ended_at_ms != 0;
    message->ended_at_ms = record->ended_at_ms;
    message->has_is_retired = message->is_retired = record->is_retired;
    message->why =
        record->why[0] == '\0' ? NULL : (char *)(uintptr_t)record->why;
}

void
record_show(const struct record *record, const char *campaign,
            struct record_view *view)
{
    memset(view, 0, sizeof(*view));
    Broadcast__Broadcast *message = &view->message;
    broadcast__broadcast__init(message);
    message->id = (char *)(uintptr_t)record->id;
    message->campaign = (char *)(uintptr_t)campaign;
    message->content = record->content;
    message->content_hash = (char *)(uintptr_t)record->hash;
    message->stage = record->stage;
    message->made_by = (char *)(uintptr_t)record->made_by;
    message->approved_by = record->approved_by[0] == '\0'
                               ? NULL
                               : (char *)(uintptr_t)record->approved_by;
    show_times(record, message);
    message->revision = record->revision;
    message->channels = view->channel_list;
    for (int i = 0; i < RECORD_CHANNELS; i++) {
        if (!record_has(record, i + 1)) {
            continue;
        }
        broadcast__channel_progress__init(&view->channels[i]);
        view->channels[i].channel = (Words__Channel)(i + 1);
        show_counts(record, i, view);
        show_withheld(record, i, view);
        view->channel_list[message->n_channels++] = &view->channels[i];
    }
}
