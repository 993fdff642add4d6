/* people -- supporters from a seed number. */
#include "services/cli/people/people.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/text/text.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *const first_names[] = {
    "Aisha",  "Alan",     "Amina",   "Angela", "Arjun",   "Ben",    "Bronwen",
    "Callum", "Carys",    "Chidi",   "Chloe",  "Daniel",  "Deepa",  "Dylan",
    "Eilidh", "Elena",    "Emeka",   "Farah",  "Fiona",   "Gareth", "Grace",
    "Hannah", "Hassan",   "Imogen",  "Ines",   "Isaac",   "Jamal",  "Janet",
    "Joanna", "Kofi",     "Kwame",   "Laila",  "Leon",    "Lowri",  "Malik",
    "Maria",  "Megan",    "Mohamed", "Nia",    "Niamh",   "Noah",   "Olga",
    "Omar",   "Patience", "Peter",   "Priya",  "Rachel",  "Rhys",   "Rosa",
    "Ruth",   "Samir",    "Sarah",   "Sioned", "Sunita",  "Tariq",  "Thandi",
    "Tomasz", "Uma",      "Victor",  "Wendy",  "Winston", "Yusuf",  "Zainab",
    "Zoe"};

static const char *const last_names[] = {
    "Adeyemi", "Ahmed",     "Andrews",  "Bailey",    "Banerjee", "Barnes",
    "Begum",   "Bennett",   "Boateng",  "Brennan",   "Campbell", "Chaudhry",
    "Clarke",  "Collins",   "Costa",    "Davies",    "Dixon",    "Edwards",
    "Eze",     "Fernandes", "Fraser",   "Gallagher", "Gibson",   "Griffiths",
    "Hall",    "Hughes",    "Hussain",  "Iqbal",     "Jackson",  "Jenkins",
    "Johnson", "Kaur",      "Kelly",    "Khan",      "Kowalska", "Lewis",
    "MacLeod", "Mahmood",   "Marsh",    "Mensah",    "Morgan",   "Murphy",
    "Nguyen",  "Nowak",     "Okafor",   "Osei",      "Parry",    "Patel",
    "Pearce",  "Popescu",   "Powell",   "Quinn",     "Rahman",   "Reid",
    "Roberts", "Sharma",    "Silva",    "Singh",     "Stewart",  "Thomas",
    "Walker",  "Watkins",   "Williams", "Wright"};

static const char middles[] = "ABCDEFGHIJKLMNOPRSTUVWYZ";

struct name {
    const char *first, *last;
    char full[64];
};

uint64_t
people_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static const char *
pick_word(const json_t *words, uint64_t *state)
{
    size_t count = json_array_size(words);
    size_t index = count == 0 ? 0 : people_random(state) % count;
    return json_string_value(json_array_get(words, index));
}

/* One in ten reads another format. */
static const char *
pick_format(uint64_t *state)
{
    static const char *const others[] = {"easy-read", "welsh", "large-print"};
    uint64_t n = people_random(state) % 30;
    return n < COUNT(others) ? others[n] : "plain";
}

static void
write_email(const char *first, const char *last, const char *tag, char *to,
            size_t size)
{
    (void)snprintf(to, size, "%s.%s.%s@example.org", first, last, tag);
    for (char *c = to; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
}

/* No two seeds give one index the same name, or else whoever signs up again
 * with the number of an earlier rehearsal would be the same person: the same
 * contact and the same name. */
static void
write_name(struct name *name, uint64_t seed, uint32_t index)
{
    uint64_t state = index;
    uint64_t n = people_random(&state) + seed;
    name->first = first_names[n % COUNT(first_names)];
    n /= COUNT(first_names);
    name->last = last_names[n % COUNT(last_names)];
    n /= COUNT(last_names);
    (void)snprintf(name->full, sizeof(name->full), "%s %c. %s", name->first,
                   middles[n % (sizeof(middles) - 1)], name->last);
}

json_t *
people_make(const struct people *people, uint32_t index)
{
    bool has_phone = index < PEOPLE_WITH_PHONE;
    uint64_t state = people->seed ^ (uint64_t)index << 32;
    char text[128], tag[48];
    struct name name;
    write_name(&name, people->seed, index);
    json_t *person = json_object();
    json_set_text(person, "name", name.full);
    (void)snprintf(tag, sizeof(tag), "%u.%llx", index,
                   (unsigned long long)people->seed);
    write_email(name.first, name.last, tag, text, sizeof(text));
    json_set_text(person, "email", text);
    if (has_phone) {
        (void)snprintf(text, sizeof(text), "07700 900%03u", index);
        json_set_text(person, "phone", text);
    }
    const char *role = pick_word(people->roles, &state);
    const char *region = pick_word(people->regions, &state);
    if (role != NULL) {
        json_set_text(person, "role", role);
    }
    if (region != NULL) {
        json_set_text(person, "region", region);
    }
    json_set_text(person, "format", pick_format(&state));
    if (people->consent_version != NULL) {
        json_set_bool(person, "consent_sms",
                      has_phone && people_random(&state) % 10 < 6);
        json_set_bool(person, "consent_email", people_random(&state) % 10 < 7);
        json_set_text(person, "consent_version", people->consent_version);
    }
    return person;
}
