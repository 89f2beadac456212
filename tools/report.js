/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What a report can do without and is better with: tables that sort, and cells
 * of a map that tell what they are, to the pointer and to the arrow keys.  It
 * stands in a document that is XML too: no ampersand and no less-than.
 */
'use strict';

/* What is not known comes below all numbers. */
function valueOf(cell) {
	const data = cell.querySelector('data');
	const text = data ? data.value : cell.textContent.replace(/[,%]/g, '');
	const number = parseFloat(text);

	return isNaN(number) ? -Infinity : number;
}

function compare(x, y, column) {
	const a = x.cells[column], b = y.cells[column];

	if (a.classList.contains('n'))
		return Math.sign(valueOf(a) - valueOf(b)) || 0;
	return a.textContent.localeCompare(b.textContent, 'en',
					   { numeric: true });
}

function sortBy(table, head, column) {
	const up = head.getAttribute('aria-sort') === 'descending';
	const body = table.tBodies[0];
	const rows = Array.from(body.rows);

	rows.sort((x, y) => compare(x, y, column) * (up ? 1 : -1));
	for (const other of table.querySelectorAll('[aria-sort]'))
		other.removeAttribute('aria-sort');
	head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
	body.append(...rows);
}

for (const table of document.querySelectorAll('table')) {
	Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
		const button = document.createElement('button');

		button.type = 'button';
		button.textContent = head.textContent;
		button.onclick = () => sortBy(table, head, column);
		head.replaceChildren(button);
	});
}

function explore(map) {
	const cells = map.dataset.cells.trim().split(' ');
	const columns = Number(map.dataset.columns);
	const per = Number(map.dataset.per);
	const status = document.createElement('p');
	const cursor = document.createElementNS(map.namespaceURI, 'rect');
	let at = 0;

	function show(cell) {
		if (0 > cell || cell >= cells.length)
			return;
		at = cell;
		cursor.setAttribute('x', at % columns);
		cursor.setAttribute('y', Math.floor(at / columns));
		map.append(cursor);
		status.textContent = 'Bucket ' + (at * per).toLocaleString('en') +
			(per > 1 ? ' to ' +
			 ((at + 1) * per - 1).toLocaleString('en') : '') +
			': ' + Number(cells[at]).toLocaleString('en') + ' ' +
			map.dataset.unit;
	}

	cursor.setAttribute('class', 'cursor');
	cursor.setAttribute('width', 1);
	cursor.setAttribute('height', 1);
	status.className = 'cell';
	status.setAttribute('role', 'status');
	status.textContent = 'Point at a cell, or move with the arrow keys.';
	map.closest('figure').append(status);
	map.closest('.chart').setAttribute('role', 'group');
	map.setAttribute('tabindex', '0');
	map.setAttribute('role', 'application');
	map.setAttribute('aria-label', 'Cells, by the arrow keys');
	map.onkeydown = (event) => {
		const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns,
			       ArrowDown: columns }[event.key];

		if (!step)
			return;
		event.preventDefault();
		show(at + step);
	};
	map.onpointermove = (event) => {
		const box = map.getBoundingClientRect();
		const rows = Math.ceil(cells.length / columns);
		const x = Math.floor((event.clientX - box.left) / box.width *
				     columns);
		const y = Math.floor((event.clientY - box.top) / box.height *
				     rows);

		show(y * columns + x);
	};
}

document.querySelectorAll('.cells').forEach(explore);
