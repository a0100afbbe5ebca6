# The bookmarks site: one image for the web server, the flushes and the migrations of compose.yaml.
FROM docker.io/library/python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    DEBUG=0 \
    DATA_DIR=/data \
    GUNICORN_CMD_ARGS="--bind=0.0.0.0:8000 --threads=4 --worker-tmp-dir=/dev/shm --no-control-socket"

RUN useradd --uid 10001 --no-create-home bookmarks && install -d -o bookmarks /data

WORKDIR /site
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src src
# The translations are compiled along with the package.
COPY example_project/locale example_project/locale
RUN pip install '.[demo,deploy]'

COPY example_project example_project
WORKDIR /site/example_project
# The key signs nothing here, and is not in the image.
RUN SECRET_KEY=unused python manage.py collectstatic --no-input

USER bookmarks
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "bookmarks.wsgi:application"]
