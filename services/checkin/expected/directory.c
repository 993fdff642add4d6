/* directory -- the campaigns and actions that checkin knows. */
#include "services/checkin/expected/directory.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"

#define SLOTS_MIN 16

static void
action_free(struct action *action)
{
    wire_free(action->record);
    free(action->gates);
    free(action);
}

static void
campaign_free(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->action_count; i++) {
        action_free(campaign->actions[i]);
    }
    free(campaign->actions);
    free(campaign->by_number);
    free(campaign->by_id);
    wire_free(campaign->record);
    free(campaign);
}

void
directory_fini(struct directory *directory)
{
    for (size_t i = 0; i < directory->campaign_count; i++) {
        campaign_free(directory->campaigns[i]);
    }
    free(directory->campaigns);
    *directory = (struct directory){0};
}

struct campaign *
directory_find(const struct directory *directory, const char *id)
{
    for (size_t i = 0; i < directory->campaign_count; i++) {
        if (strcmp(directory->campaigns[i]->id, id) == 0) {
            return directory->campaigns[i];
        }
    }
    return NULL;
}

struct campaign *
directory_find_by_number(const struct directory *directory, uint32_t number)
{
    for (size_t i = 0; i < directory->campaign_count; i++) {
        struct campaign *campaign = directory->campaigns[i];
        if (campaign->record != NULL && campaign->record->number == number) {
            return campaign;
        }
    }
    return NULL;
}

struct campaign *
directory_add(struct directory *directory, const char *id)
{
    size_t count = directory->campaign_count;
    if (count == DIRECTORY_CAMPAIGNS_MAX) {
        return NULL;
    }
    struct campaign *campaign = mem_new(sizeof(*campaign));
    campaign->checkin = directory->checkin;
    strncpy(campaign->id, id, sizeof(campaign->id) - 1);
    directory->campaigns = mem_resize(directory->campaigns,
                                      (count + 1) * sizeof(struct campaign *));
    directory->campaigns[count] = campaign;
    directory->campaign_count++;
    return campaign;
}

/* ---- actions by id and by number ---- */

static size_t
hash_of(const char *id)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a, 64 bits */
    for (; *id != '\0'; id++) {
        hash = (hash ^ (uint8_t)*id) * 1099511628211u;
    }
    return (size_t)(hash ^ hash >> 32);
}

/* The slot of the action with this id, or the free one where it would be. */
static struct action **
find_slot(const struct campaign *campaign, const char *id)
{
    size_t i = hash_of(id) & (campaign->slot_count - 1);
    while (campaign->by_id[i] != NULL &&
           strcmp(campaign->by_id[i]->record->id, id) != 0) {
        i = (i + 1) & (campaign->slot_count - 1);
    }
    return &campaign->by_id[i];
}

struct action *
directory_action_by_id(const struct campaign *campaign, const char *id)
{
    return campaign->slot_count == 0 ? NULL : *find_slot(campaign, id);
}

struct action *
directory_find_action(const struct directory *directory,
                      const char *campaign_id, const char *id)
{
    struct campaign *campaign = directory_find(directory, campaign_id);
    return campaign == NULL || campaign->record == NULL
               ? NULL
               : directory_action_by_id(campaign, id);
}

struct action *
directory_action_by_number(const struct campaign *campaign, uint32_t number)
{
    return number < campaign->number_count ? campaign->by_number[number] : NULL;
}

/* Room for one more id: at most half of the slots are taken. */
static void
grow_slots(struct campaign *campaign)
{
    if (campaign->slot_count >= 2 * (campaign->action_count + 1)) {
        return;
    }
    campaign->slot_count =
        campaign->slot_count == 0 ? SLOTS_MIN : 2 * campaign->slot_count;
    free(campaign->by_id);
    campaign->by_id =
        mem_new_array(campaign->slot_count, sizeof(struct action *));
    for (size_t i = 0; i < campaign->action_count; i++) {
        *find_slot(campaign, campaign->actions[i]->record->id) =
            campaign->actions[i];
    }
}

static void
grow_numbers(struct campaign *campaign, size_t number)
{
    size_t had = campaign->number_count, count = had == 0 ? SLOTS_MIN : had;
    while (count <= number) {
        count *= 2;
    }
    if (count > had) {
        campaign->by_number =
            mem_resize(campaign->by_number, count * sizeof(struct action *));
        memset(campaign->by_number + had, 0,
               (count - had) * sizeof(struct action *));
        campaign->number_count = count;
    }
}

bool
campaign_put_record(struct campaign *campaign, const void *packed, size_t len)
{
    Signup__Campaign *record = wire_unpack(&signup__campaign__descriptor,
                                           packed, len, BUS_BODY_BYTES_MAX);
    if (record == NULL) {
        return false;
    }
    wire_free(campaign->record);
    campaign->record = record;
    return true;
}

static struct action *
add_action(struct campaign *campaign, Signup__Action *record)
{
    struct action *action = mem_new(sizeof(*action));
    action->campaign = campaign;
    action->number = (uint16_t)record->number;
    action->record = record;
    grow_slots(campaign);
    grow_numbers(campaign, action->number);
    *find_slot(campaign, record->id) = action;
    campaign->by_number[action->number] = action;
    campaign->actions =
        mem_resize(campaign->actions,
                   (campaign->action_count + 1) * sizeof(struct action *));
    campaign->actions[campaign->action_count++] = action;
    return action;
}

static int
count_gates(const char *gates)
{
    int count = 0;
    for (; *gates != '\0' && count < DIRECTORY_GATES_MAX; gates++) {
        count += *gates == '\n';
    }
    return count;
}

/* A gate beyond DIRECTORY_GATES_MAX has no index. */
static void
set_gates(struct action *action, const char *gates)
{
    int count = count_gates(gates);
    action->gates =
        mem_resize(action->gates, (size_t)(count + 1) * sizeof(*action->gates));
    action->gate_count = count;
    for (int i = 0; i < count; i++) {
        size_t len = strcspn(gates, "\n");
        size_t kept = len < SLUG_SIZE ? len : SLUG_SIZE - 1;
        memcpy(action->gates[i], gates, kept);
        action->gates[i][kept] = '\0';
        gates += len + 1;
    }
}

/* The record may be put: its number and its id are both new, or both those of
 * one action. */
static bool
is_consistent(const struct campaign *campaign, const Signup__Action *record)
{
    return record->number <= DIRECTORY_ACTION_MAX &&
           directory_action_by_id(campaign, record->id) ==
               directory_action_by_number(campaign, record->number);
}

bool
campaign_put_action(struct campaign *campaign, const void *packed, size_t len,
                    const char *gates)
{
    Signup__Action *record = wire_unpack(&signup__action__descriptor, packed,
                                         len, BUS_BODY_BYTES_MAX);
    if (record == NULL || !is_consistent(campaign, record)) {
        wire_free(record);
        return false;
    }
    struct action *action = directory_action_by_id(campaign, record->id);
    if (action == NULL) {
        action = add_action(campaign, record);
    } else {
        wire_free(action->record);
        action->record = record;
    }
    set_gates(action, gates);
    return true;
}

static bool
has_gate(const Signup__Action *record, const char *gate)
{
    for (size_t i = 0; i < record->n_gates; i++) {
        if (strcmp(record->gates[i]->id, gate) == 0) {
            return true;
        }
    }
    return false;
}

bool
action_takes_old_codes(const struct action *action, int64_t at_ms)
{
    return action->number <= action->campaign->old_action_max &&
           at_ms <= action->record->ends_at_ms + DIRECTORY_OLD_CODES_MS;
}

int
action_find_gate(const struct action *action, const char *gate)
{
    if (!has_gate(action->record, gate)) {
        return -1;
    }
    for (int i = 0; i < action->gate_count; i++) {
        if (strcmp(action->gates[i], gate) == 0) {
            return i;
        }
    }
    return -1;
}
