-- SPDX-License-Identifier: AGPL-3.0-or-later
--
-- Jalon's role and database; a template, see fill. Once, on the primary, as its superuser:
--   psql --no-psqlrc --set ON_ERROR_STOP=1 --dbname postgres --file roles.sql
-- Jalon owns its database and nothing else. PostGIS is made here, because only a superuser may.
CREATE ROLE jalon LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
    PASSWORD '@JALON_PASSWORD@';
CREATE DATABASE jalon OWNER jalon TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE jalon FROM PUBLIC;
\connect jalon
CREATE EXTENSION postgis;
-- Standbys fetch WAL as this role; pg_rewind reads a new primary's files as the other (Patroni makes
-- both itself when they are not there).
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replicator') THEN
        CREATE ROLE replicator LOGIN REPLICATION PASSWORD '@REPLICATION_PASSWORD@';
    END IF;
END
$$;
