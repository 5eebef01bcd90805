/** The beginning of the page. */
document.body.textContent = 'The bridge';
