/* joining -- whose an entry is, once its contact is proved. */
#include "services/signup/people/joining.h"

#include <assert.h>

#include "services/signup/people/likeness.h"

/* Of an entry, in a household. */
struct found {
    size_t same_count;
    uint32_t same, alike; /* the first; JOINING_NOBODY */
};

static enum likeness
compare(const struct joining_person *a, const struct joining_person *b)
{
    enum likeness likeness = likeness_compare(a->name, b->name);
    if (likeness == LIKENESS_SAME && a->is_for_other != b->is_for_other) {
        return LIKENESS_UNSURE;
    }
    return likeness;
}

static void
look_at(const struct joining_person *entry, const struct joining_person *member,
        struct found *found)
{
    if (entry->number == member->number) {
        return;
    }
    enum likeness likeness = compare(entry, member);
    if (likeness == LIKENESS_SAME && found->same_count++ == 0) {
        found->same = member->number;
    }
    if (likeness == LIKENESS_UNSURE && found->alike == JOINING_NOBODY) {
        found->alike = member->number;
    }
}

/* joined: the own entry, once it is a member; or NULL. */
static struct found
look(const struct joining *joining, const struct joining_person *entry,
     const struct joining_person *joined)
{
    struct found found = {0, JOINING_NOBODY, JOINING_NOBODY};
    for (size_t i = 0; i < joining->member_count; i++) {
        look_at(entry, &joining->members[i], &found);
    }
    if (joined != NULL) {
        look_at(entry, joined, &found);
    }
    return found;
}

static struct joining_verdict
judge(const struct joining_person *entry, struct found found, bool is_own)
{
    struct joining_verdict verdict = {JOINING_ASK, found.same, true,
                                      JOINING_NOBODY};
    if (found.same_count == 1 && !entry->is_from_elsewhere &&
        !entry->is_member) {
        verdict.what = JOINING_MERGE;
        verdict.is_asked = false;
        return verdict;
    }
    if (found.same_count == 0) {
        verdict.whose = found.alike;
    }
    if (is_own || entry->is_member) {
        verdict.what = JOINING_MEMBER;
        verdict.is_asked = verdict.whose != JOINING_NOBODY;
    }
    return verdict;
}

/* The member whom the own entry is from now on. */
static const struct joining_person *
join_own(const struct joining *joining, struct joining_verdict *verdicts)
{
    for (size_t i = 0; i < joining->entry_count; i++) {
        const struct joining_person *entry = &joining->entries[i];
        if (entry->number != joining->own) {
            continue;
        }
        verdicts[i] = judge(entry, look(joining, entry, NULL), true);
        return verdicts[i].what == JOINING_MEMBER ? entry : NULL;
    }
    return NULL;
}

static uint32_t
find_beside(const struct joining *joining,
            const struct joining_verdict *verdicts, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (verdicts[j].what == JOINING_ASK &&
            joining->entries[j].is_from_elsewhere ==
                joining->entries[i].is_from_elsewhere &&
            compare(&joining->entries[j], &joining->entries[i]) ==
                LIKENESS_SAME) {
            return joining->entries[j].number;
        }
    }
    return JOINING_NOBODY;
}

void
joining_decide(const struct joining *joining, struct joining_verdict *verdicts)
{
    assert(joining->member_count <= JOINING_MEMBERS_MAX);
    assert(joining->entry_count <= JOINING_ENTRIES_MAX);
    const struct joining_person *joined = join_own(joining, verdicts);
    for (size_t i = 0; i < joining->entry_count; i++) {
        const struct joining_person *entry = &joining->entries[i];
        if (entry->number != joining->own) {
            verdicts[i] = judge(entry, look(joining, entry, joined), false);
        }
    }
    for (size_t i = 0; i < joining->entry_count; i++) {
        if (verdicts[i].what == JOINING_ASK) {
            verdicts[i].beside = find_beside(joining, verdicts, i);
        }
    }
}
