/* directory -- the campaigns and actions that checkin knows. */
#include "services/checkin/expected/directory.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"

static void
action_free(struct action *action)
{
    wire_free(action->record);
    free(action);
}

static void
campaign_free(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->action_count; i++) {
        action_free(campaign->actions[i]);
    }
    free(campaign->actions);
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

bool
directory_is_id(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return len > 0 && len < DIRECTORY_ID_SIZE && text[len] == '\0';
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

struct action *
campaign_find_action(const struct campaign *campaign, const char *id)
{
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (strcmp(campaign->actions[i]->record->id, id) == 0) {
            return campaign->actions[i];
        }
    }
    return NULL;
}

struct action *
campaign_find_action_by_number(const struct campaign *campaign, uint32_t number)
{
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i]->number == number) {
            return campaign->actions[i];
        }
    }
    return NULL;
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
add_action(struct campaign *campaign, uint16_t number)
{
    struct action *action = mem_new(sizeof(*action));
    action->campaign = campaign;
    action->number = number;
    campaign->actions =
        mem_resize(campaign->actions,
                   (campaign->action_count + 1) * sizeof(struct action *));
    campaign->actions[campaign->action_count++] = action;
    return action;
}

static void
set_gates(struct action *action, const char *gates)
{
    action->gate_count = 0;
    while (*gates != '\0' && action->gate_count < DIRECTORY_GATES_MAX) {
        size_t len = strcspn(gates, "\n");
        char *to = action->gates[action->gate_count++];
        size_t kept = len < DIRECTORY_ID_SIZE ? len : DIRECTORY_ID_SIZE - 1;
        memcpy(to, gates, kept);
        to[kept] = '\0';
        gates += len + (gates[len] == '\n');
    }
}

bool
campaign_put_action(struct campaign *campaign, const void *packed, size_t len,
                    const char *gates)
{
    Signup__Action *record = wire_unpack(&signup__action__descriptor, packed,
                                         len, BUS_BODY_BYTES_MAX);
    if (record == NULL || record->number >= DIRECTORY_ACTIONS_MAX) {
        wire_free(record);
        return false;
    }
    struct action *action =
        campaign_find_action_by_number(campaign, record->number);
    if (action == NULL) {
        action = add_action(campaign, (uint16_t)record->number);
    }
    wire_free(action->record);
    action->record = record;
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
