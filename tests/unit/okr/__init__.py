"""Objectives, their arithmetic and boards, without anything around them."""
