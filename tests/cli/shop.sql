--
-- PostgreSQL database dump
--

-- Dumped from database version 13.11
-- Dumped by pg_dump version 13.11

CREATE EXTENSION file_fdw;

CREATE TABLE public.orders (
    id bigint PRIMARY KEY,
    placed timestamp with time zone
);

CREATE FUNCTION public.nightly() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    COPY public.orders TO '/backup/orders.csv';
END $$;

--
-- PostgreSQL database dump complete
--
