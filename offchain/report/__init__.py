"""Reports of an auction: pictures, tables and one page of HTML, all from plain data. Imports nothing of the chain."""
