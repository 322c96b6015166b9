"""`consort demo`: one auction in the manner of ConstitutionDAO, played on a chain and explained as it runs."""
