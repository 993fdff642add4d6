// ticket -- remembers this ticket on this phone, for the gate's own page.

const ticket = document.querySelector('.ticket');
if (ticket) {
    const {code, campaign, action} = ticket.dataset;
    try {
        localStorage.setItem(`muster-ticket/${campaign}/${action}`, code);
    } catch {
        // A phone that keeps nothing: the code can be typed.
    }
}
