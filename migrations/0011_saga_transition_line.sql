-- migration: additive
-- One step may lead through more than one status: each of its lines is a transition, in their order.
ALTER TABLE saga_transition ADD COLUMN line integer NOT NULL DEFAULT 0;
ALTER TABLE saga_transition DROP CONSTRAINT saga_transition_pkey;
ALTER TABLE saga_transition ADD PRIMARY KEY (tenant_id, saga_id, step, line);
